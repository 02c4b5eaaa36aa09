"""What it costs, each figure beside the same work without the part that is measured."""
