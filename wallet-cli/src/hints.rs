//! Advice of gateways and of the ledger's codes in terms of this wallet: commands where others name routes.

/// Routes that a message may send its reader to, and the command that shows the same.
const COMMANDS: [(&str, &str); 3] = [
    ("GET /v1/brands", "`lojal brands`"),
    ("GET /v1/partnerships", "`lojal partner list`"),
    ("GET /v1/netting", "`lojal netting`"),
];

/// The message with commands for routes.
pub fn with_commands(message: &str) -> String {
    COMMANDS.iter().fold(message.to_owned(), |message, (route, command)| message.replace(route, command))
}

#[cfg(test)]
mod tests {
    use lojal_types::Code;

    use super::*;

    #[test]
    fn no_code_sends_anybody_to_a_route() {
        let mut changed = 0;
        for code in Code::all() {
            let message = with_commands(code.explanation());
            assert!(!message.contains("/v1/") && !message.contains("GET "), "{message}");
            changed += usize::from(message != code.explanation());
        }
        assert!(changed >= COMMANDS.len(), "each of the commands is needed");
    }
}
