"""`python -m agent_runtime`: the command line."""

from agent_runtime.cli.main import main

if __name__ == "__main__":
    main()
