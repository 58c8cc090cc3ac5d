//! Amounts and sums as the narration writes them.

use lojal_types::{BrandId, Currency, ExactMoney, Genesis, MemberRights, MemberRole, Points};
use lojal_wallet::amount::format_grouped;

/// Decimals of the settlement currency.
const CURRENCY_DECIMALS: u8 = 2;

/// A number of points with the brand's name, such as `2.50 Kaffet`.
pub fn points(genesis: &Genesis, brand: BrandId, points: Points) -> String {
    let found = genesis.document().brands.iter().find(|one| one.id == brand);
    let (name, decimals) = found.map_or((brand.as_str(), 0), |brand| (brand.name.as_str(), brand.decimals));
    format!("{} {name}", format_grouped(points, decimals))
}

/// Points of several brands, such as `1,200 Nordmat, 2.50 Kaffet`.
pub fn balances(genesis: &Genesis, held: &[(BrandId, Points)]) -> String {
    if held.is_empty() {
        return "nothing".to_owned();
    }
    held.iter().map(|(brand, amount)| points(genesis, *brand, *amount)).collect::<Vec<_>>().join(", ")
}

/// A sum of money, such as `150.00 SEK`, with the millionths of an öre if there are any.
pub fn money(currency: Option<Currency>, sum: ExactMoney) -> String {
    let whole = format_grouped(Points::new(sum.minor.get()), CURRENCY_DECIMALS);
    let fraction = if sum.micro == 0 { String::new() } else { format!(" and {} millionths", sum.micro) };
    let currency = currency.map(|currency| format!(" {currency}")).unwrap_or_default();
    format!("{whole}{fraction}{currency}")
}

/// The rights of a member of a household, in words.
pub fn rights(genesis: &Genesis, rights: &MemberRights) -> String {
    let role = match rights.role {
        MemberRole::Admin => "admin",
        MemberRole::Adult => "adult",
        MemberRole::Child => "child",
    };
    let limits: Vec<String> = rights.limits.iter().map(|limit| points(genesis, limit.brand, limit.month_max)).collect();
    if limits.is_empty() { role.to_owned() } else { format!("{role}, up to {} a month", limits.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_have_two_decimals_and_lose_nothing() {
        let sek = Some("SEK".parse().expect("a currency"));
        let sum = |micro| ExactMoney::from_micro(micro).expect("small");
        assert_eq!(money(sek, sum(15_000_000_000)), "150.00 SEK");
        assert_eq!(money(sek, sum(0)), "0.00 SEK");
        assert_eq!(money(None, sum(123_456_000_001)), "1,234.56 and 1 millionths");
    }
}
