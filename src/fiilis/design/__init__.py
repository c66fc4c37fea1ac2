"""What every page is built from: components, charts as SVG, number formats, styles and small scripts."""
