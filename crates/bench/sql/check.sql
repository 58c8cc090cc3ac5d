-- The books: how many transfers there are; whether balances equal lots, entries add up to zero, and every transfer has
-- two of them.
SELECT
    (SELECT count(*) FROM transfers),
    (SELECT sum(balance) FROM balances) = (SELECT sum(amount) FROM lots),
    (SELECT coalesce(sum(change), 0) FROM entries) = 0,
    (SELECT count(*) FROM entries) = 2 * (SELECT count(*) FROM transfers);
