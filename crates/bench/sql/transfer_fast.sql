-- The same transfer, made for what is usual: both accounts know the brand, and the payer's earliest live lot has more
-- than the amount, so that one statement finds it and takes from it. Everything else happens as in transfer().
CREATE FUNCTION transfer_fast(
    p_reference bigint, p_from bigint, p_to bigint, p_brand smallint, p_amount bigint, p_month smallint
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_from_balance bigint;
    v_to_balance bigint;
    v_expiry smallint;
BEGIN
    INSERT INTO transfers (reference, from_account, to_account, brand, amount)
        VALUES (p_reference, p_from, p_to, p_brand, p_amount) ON CONFLICT (reference) DO NOTHING;
    IF NOT FOUND THEN
        RETURN 'duplicate';
    END IF;

    IF p_from < p_to THEN
        UPDATE balances SET balance = balance - p_amount
            WHERE account = p_from AND brand = p_brand RETURNING balance INTO v_from_balance;
    END IF;
    UPDATE balances SET balance = balance + p_amount
        WHERE account = p_to AND brand = p_brand RETURNING balance INTO v_to_balance;
    IF NOT FOUND THEN
        INSERT INTO balances (account, brand, balance) VALUES (p_to, p_brand, p_amount)
            ON CONFLICT (account, brand) DO UPDATE SET balance = balances.balance + excluded.balance
            RETURNING balance INTO v_to_balance;
    END IF;
    IF p_from >= p_to THEN
        UPDATE balances SET balance = balance - p_amount
            WHERE account = p_from AND brand = p_brand RETURNING balance INTO v_from_balance;
    END IF;
    IF v_from_balance IS NULL THEN
        RAISE EXCEPTION 'insufficient points';
    END IF;

    UPDATE lots SET amount = amount - p_amount
        WHERE account = p_from AND brand = p_brand AND amount > p_amount AND expiry = (
            SELECT expiry FROM lots
                WHERE account = p_from AND brand = p_brand AND expiry >= p_month ORDER BY expiry LIMIT 1)
        RETURNING expiry INTO v_expiry;
    IF FOUND THEN
        UPDATE lots SET amount = amount + p_amount WHERE account = p_to AND brand = p_brand AND expiry = v_expiry;
        IF NOT FOUND THEN
            INSERT INTO lots (account, brand, expiry, amount) VALUES (p_to, p_brand, v_expiry, p_amount)
                ON CONFLICT (account, brand, expiry) DO UPDATE SET amount = lots.amount + excluded.amount;
        END IF;
    ELSE
        PERFORM move_lots(p_from, p_to, p_brand, p_amount, p_month);
    END IF;

    INSERT INTO entries (account, reference, brand, change, balance) VALUES
        (p_from, p_reference, p_brand, -p_amount, v_from_balance),
        (p_to, p_reference, p_brand, p_amount, v_to_balance);
    RETURN 'applied';
END
$$;
