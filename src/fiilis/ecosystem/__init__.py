"""People and companies, actors, journeys, stages and touchpoints."""
