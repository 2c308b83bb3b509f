"""`python -m benchmarks`: quality and speed of plans. The rate of ingest: `python -m benchmarks.ingest`."""

from benchmarks.plans import main

if __name__ == "__main__":
    main()
