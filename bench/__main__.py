"""`make bench`: all benchmarks, one after another. Run on a quiet machine; ratios inside one run are what counts."""

from bench import circle, imports, intake, warehouse


def main() -> None:
    """Run and print all."""
    intake.main([])
    print("\n" + "-" * 100 + "\n")
    circle.main([])
    print("\n" + "-" * 100 + "\n")
    imports.main()
    print("\n" + "-" * 100 + "\n")
    warehouse.main([])


if __name__ == "__main__":
    main()
