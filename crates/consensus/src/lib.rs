//! Consensus by Malachite's engine; the mempool; proposing and committing blocks.
