//! `node.toml` as a person reads it: every key there is, with what it means; those that are left out as comments.

use std::fmt::Write as _;

use lojal_gateway::Pages;
use lojal_store::Retain;
use toml::{Table, Value};

use super::{
    AuditorEntry, Contact, FarBehindConfig, HttpConfig, ListedAuditor, NodeConfig, PeerConfig, PublicKey, PushConfig,
    RetainConfig, TlsConfig, WebhooksConfig,
    access::{Origin, RateConfig},
};

/// A part of the file: what stands above its first `[`, or a table.
struct Section {
    /// The name of the table; empty for what stands above.
    name: &'static str,
    /// The explanation of the whole.
    text: &'static str,
    /// The keys in their order, each with its explanation.
    keys: &'static [(&'static str, &'static str)],
}

/// All parts, in the order of the file.
const SECTIONS: [Section; 6] = [
    Section {
        name: "",
        text: "A node of a lojal network. It reads this when it starts; docs/operations.md says more.\n\
               Lines like \"# key = value\" are keys that are left out; their values are examples.",
        keys: &[
            ("genesis", "The genesis document; a relative path starts at the node's directory."),
            ("listen", "Where the other validators connect."),
            ("gateway", "Where HTTP is served; with TLS if [http] says so."),
            (
                "proxies",
                "Reverse proxies in front of the gateway, which alone are believed when X-Forwarded-For says for whom\n\
                 they ask. None if left out.",
            ),
            (
                "admin",
                "Where metrics and health are served, to your own systems alone: it asks nobody who they are.\n\
                 Nowhere if left out.",
            ),
            (
                "signer",
                "The socket of the signer that holds validator.key; a relative path starts at the node's directory.\n\
                 Left out, the key is in this directory.",
            ),
            (
                "state_cache_mb",
                "MiB of the state's pages that are kept in memory; 1024 if left out. More is read from the disk.",
            ),
            (
                "retain",
                "The blocks that are kept: \"all\", \"90 days\" or \"since HEIGHT\"; all if left out. Others join by\n\
                 snapshots, without the earlier ones.",
            ),
            (
                "archive",
                "Whether blocks that are not kept go to data/archive, compressed. So if left out; without an archive\n\
                 nobody can audit this directory from the first block on.",
            ),
            (
                "backfill",
                "Whether a node that joined by a snapshot fetches the blocks before it, as far as retain keeps them\n\
                 and others have them. Not so if left out.",
            ),
            (
                "far_behind",
                "What the node does once it needs blocks that the others keep no more: \"join\" has it fetch a\n\
                 snapshot by itself, and keep its old data as data.old-N; \"stop\" ends it. \"join\" if left out.",
            ),
        ],
    },
    Section {
        name: "http",
        text: "The way in which the gateway serves.",
        keys: &[
            (
                "hosts",
                "The hosts by which clients reach the gateway, without ports: tokens of readers are for them. Left\n\
                 out, they are this machine's own names and the address of the gateway.",
            ),
            (
                "origins",
                "Websites whose pages may ask the gateway in their visitors' browsers; \"*\" for all.\n\
                 None if left out.",
            ),
            (
                "tls",
                "The certificate, with those that lead to its authority, and its private key, both in PEM; relative\n\
                 paths start at the node's directory. The files are read again when they change. Left out, the\n\
                 gateway speaks no TLS, and a proxy that does belongs in front of it.",
            ),
            ("rate", "What one client may ask, by cost: for long, and at once. So if left out."),
            ("streams", "Most streams of events at once, each an open file; 1000 if left out."),
            ("web", "The pages that are served to browsers; [] for none, all of these if left out."),
        ],
    },
    Section {
        name: "webhooks",
        text: "Where brands have events sent to.",
        keys: &[(
            "allow_private",
            "Whether that may be an address that not everybody reaches, such as one of this machine, and http://;\n\
             for tests only. Not if left out.",
        )],
    },
    Section {
        name: "push",
        text: "Whether members' browsers are pushed what happens to their accounts. Nothing is pushed if left out.",
        keys: &[
            (
                "contact",
                "How the people who run push services reach you: mailto:somebody@example.org, or a page, https://.",
            ),
            (
                "allow_private",
                "Whether pushes may go to an address that not everybody reaches, and to http://; for tests only.\n\
                 Not if left out.",
            ),
        ],
    },
    Section {
        name: "auditors",
        text: "Those who may read everything: one [[auditors]] for each, or above the first table auditors = [\"*\"],\n\
               which opens the ledger to everybody.",
        keys: &[
            ("name", "The name, for whoever reads this file."),
            ("key", "The public key of the key that signs the auditor's tokens."),
            ("until", "The last day (UTC); without one it has no end."),
        ],
    },
    Section {
        name: "peers",
        text: "The other validators: one [[peers]] for each.",
        keys: &[
            ("validator", "The validator's name in the genesis document."),
            ("address", "The address where its node takes connections of peers."),
        ],
    },
];

/// The configuration with every key, for examples.
pub fn example() -> NodeConfig {
    const VALID: &str = "the example is valid";
    NodeConfig {
        genesis: "genesis.toml".into(),
        listen: "/ip4/0.0.0.0/tcp/7900".parse().expect(VALID),
        gateway: "127.0.0.1:7800".parse().expect(VALID),
        proxies: vec!["127.0.0.1".parse().expect(VALID)],
        admin: Some("127.0.0.1:7801".parse().expect(VALID)),
        signer: Some("/run/lojal/sign.sock".into()),
        state_cache_mb: Some(1024),
        retain: Some(RetainConfig(Retain::All)),
        archive: Some(true),
        backfill: Some(true),
        far_behind: Some(FarBehindConfig::Join),
        http: HttpConfig {
            hosts: vec!["gateway.example.org".parse().expect(VALID)],
            origins: vec![Origin::try_from("https://shop.example.org".to_owned()).expect(VALID)],
            tls: Some(TlsConfig { certificate: "gateway.pem".into(), key: "gateway.key".into() }),
            rate: Some(RateConfig::default()),
            streams: Some(1000),
            web: Some(Pages::ALL.to_vec()),
        },
        webhooks: WebhooksConfig { allow_private: true },
        push: Some(PushConfig {
            contact: Contact::try_from("mailto:operator@example.org".to_owned()).expect(VALID),
            allow_private: true,
        }),
        auditors: vec![AuditorEntry::Listed(ListedAuditor {
            name: "audit office".parse().expect(VALID),
            key: PublicKey::new([0xab; 32]),
            until: Some("2030-12-31".parse().expect(VALID)),
        })],
        peers: vec![PeerConfig {
            validator: "kaffet".parse().expect(VALID),
            address: "/ip4/192.0.2.7/tcp/7900".parse().expect(VALID),
        }],
    }
}

impl NodeConfig {
    /// The file: every key explained, and those that are left out as comments with an example.
    pub fn to_explained_toml(&self) -> String {
        let (own, example) = (table(self), table(&example()));
        let mut text = String::new();
        for section in &SECTIONS {
            if section.name.is_empty() {
                comment(&mut text, section.text);
                keys(&mut text, section, Some(&own), &example);
                // In the place of tables there may be a plain list, which belongs above the first table.
                for (key, value) in own.iter().filter(|(key, value)| is_section(key) && !is_tables(value)) {
                    line(&mut text, &format!("\n{key} = {value}"));
                }
            } else {
                text.push('\n');
                comment(&mut text, section.text);
                tables(&mut text, section, &own, &example);
            }
        }
        text
    }
}

/// Writes the tables of a section, or an example of one as a comment.
fn tables(text: &mut String, section: &Section, own: &Table, example: &Table) {
    let name = section.name;
    let shown = match example.get(name) {
        Some(Value::Table(table)) => table,
        Some(Value::Array(list)) => match list.first() {
            Some(Value::Table(table)) => table,
            _ => return,
        },
        _ => return,
    };
    match own.get(name) {
        Some(Value::Table(table)) => {
            line(text, &format!("[{name}]"));
            keys(text, section, Some(table), shown);
        }
        Some(value @ Value::Array(list)) if is_tables(value) => {
            for (index, table) in list.iter().filter_map(Value::as_table).enumerate() {
                line(text, &format!("[[{name}]]"));
                if index == 0 {
                    keys(text, section, Some(table), shown);
                    continue;
                }
                for (key, _) in section.keys.iter().filter(|(key, _)| table.contains_key(*key)) {
                    line(text, &format!("{key} = {}", table[*key]));
                }
            }
        }
        _ => {
            let is_list = matches!(example.get(name), Some(Value::Array(_)));
            line(text, &if is_list { format!("# [[{name}]]") } else { format!("# [{name}]") });
            keys(text, section, None, shown);
        }
    }
}

/// Writes keys with their explanations; as comments what `own` doesn't have.
fn keys(text: &mut String, section: &Section, own: Option<&Table>, example: &Table) {
    for (key, explanation) in section.keys {
        text.push('\n');
        comment(text, explanation);
        match (own.and_then(|own| own.get(*key)), example.get(*key)) {
            (Some(value), _) => line(text, &format!("{key} = {value}")),
            (None, Some(value)) => line(text, &format!("# {key} = {value}")),
            (None, None) => {}
        }
    }
}

fn is_section(key: &str) -> bool {
    SECTIONS.iter().any(|section| section.name == key)
}

/// True for a table, and for a list of them.
fn is_tables(value: &Value) -> bool {
    match value {
        Value::Array(list) => !list.is_empty() && list.iter().all(Value::is_table),
        other => other.is_table(),
    }
}

fn table(config: &NodeConfig) -> Table {
    let mut table = Table::try_from(config).expect("every field has a TOML form");
    // An empty list is the same as none, and would stand in the way of who adds a table.
    table.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    table
}

fn comment(text: &mut String, explanation: &str) {
    for part in explanation.lines() {
        line(text, &format!("# {part}"));
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("writing to memory can't fail");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::access::Star;
    use super::*;

    /// The keys of a table and of the tables in it, as `section.key`.
    fn paths(table: &Table) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (key, value) in table {
            let inner = match value {
                Value::Array(list) => list.first().and_then(Value::as_table),
                other => other.as_table(),
            };
            match inner.filter(|_| is_section(key)) {
                Some(inner) => found.extend(inner.keys().map(|inner| format!("{key}.{inner}"))),
                None => assert!(found.insert(format!(".{key}"))),
            }
        }
        found
    }

    #[test]
    fn every_key_is_explained_and_nothing_else() {
        let explained: BTreeSet<String> = SECTIONS
            .iter()
            .flat_map(|section| section.keys.iter().map(|(key, _)| format!("{}.{key}", section.name)))
            .collect();
        assert_eq!(paths(&table(&example())), explained);
    }

    #[test]
    fn what_is_written_reads_back_with_everything_with_nothing_and_with_the_comments_taken_away() {
        let bare = NodeConfig::new("genesis.toml".into(), example().listen, example().gateway, Vec::new());
        let open = NodeConfig { auditors: vec![AuditorEntry::Everybody(Star::Star)], ..example() };
        for config in [example(), bare.clone(), open] {
            let text = config.to_explained_toml();
            assert_eq!(toml::from_str::<NodeConfig>(&text).expect("valid"), config, "{text}");
        }
        let text = bare.to_explained_toml();
        let is_key =
            |line: &str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
        let uncommented: Vec<&str> =
            text.lines().map(|line| line.strip_prefix("# ").filter(|rest| is_key(rest)).unwrap_or(line)).collect();
        assert_eq!(toml::from_str::<NodeConfig>(&uncommented.join("\n")).expect("valid"), example(), "{text}");
        let with_peer = format!("{text}\n[[peers]]\nvalidator = \"x\"\naddress = \"/ip4/192.0.2.7/tcp/7900\"\n");
        assert_eq!(toml::from_str::<NodeConfig>(&with_peer).expect("tables can be added").peers.len(), 1);
    }

    #[test]
    fn the_example_in_the_repository_is_what_the_program_writes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/node.toml");
        let written = std::fs::read_to_string(path).expect("it is in the repository");
        let expected = example().to_explained_toml();
        assert_eq!(written, expected, "write it anew: lojal-node example > examples/node.toml");
    }
}
