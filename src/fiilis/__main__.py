"""`python -m fiilis` is the `fiilis` command."""

from fiilis.config.cli import main

if __name__ == "__main__":
    main()
