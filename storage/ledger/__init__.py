"""The transfer log: Merkle tree, signed checkpoints, proofs."""
