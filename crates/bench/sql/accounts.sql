-- Accounts that hold what the network's members start with.
INSERT INTO balances SELECT account, 1, :points FROM generate_series(1, :accounts) AS account;
INSERT INTO lots SELECT account, 1, :month + 24, :points FROM generate_series(1, :accounts) AS account;
VACUUM (ANALYZE);
CHECKPOINT;
