"""What reviewers ask the log, keep of their questions, unseal and take away."""
