//! Directories of nodes, made and read.

use lojal_store::Retain;
use lojal_types::Height;

use super::*;

fn entry(keys: &NodeKeys) -> Entry {
    keys.entry("nordmat".parse().expect("a name"), 1)
}

fn config() -> NodeConfig {
    NodeConfig {
        admin: Some("127.0.0.1:8000".parse().expect("valid")),
        http: HttpConfig {
            hosts: vec!["gateway.example.org".parse().expect("valid")],
            origins: vec!["https://example.org".to_owned().try_into().expect("valid")],
            tls: Some(TlsConfig { certificate: "tls/chain.pem".into(), key: "/etc/lojal/tls.key".into() }),
            rate: Some(access::RateConfig::default()),
            streams: Some(7),
            web: Some(vec![lojal_gateway::Pages::Explorer]),
        },
        webhooks: WebhooksConfig { allow_private: true },
        push: Some(PushConfig {
            contact: "mailto:ops@example.org".to_owned().try_into().expect("valid"),
            allow_private: false,
        }),
        auditors: vec![
            AuditorEntry::Listed(ListedAuditor {
                name: "audit office".parse().expect("valid"),
                key: PublicKey::new([5; 32]),
                until: Some("2027-12-31".parse().expect("valid")),
            }),
            AuditorEntry::Listed(ListedAuditor {
                name: "members' union".parse().expect("valid"),
                key: PublicKey::new([6; 32]),
                until: None,
            }),
        ],
        genesis: "../genesis.toml".into(),
        listen: "/ip4/127.0.0.1/tcp/7900".parse().expect("valid"),
        gateway: "127.0.0.1:7800".parse().expect("valid"),
        proxies: vec!["192.0.2.1".parse().expect("valid"), "2001:db8::1".parse().expect("valid")],
        signer: Some("/run/lojal/sign.sock".into()),
        state_cache_mb: Some(64),
        retain: Some(RetainConfig(Retain::Since(Height::new(7)))),
        archive: Some(false),
        backfill: Some(true),
        far_behind: Some(FarBehindConfig::Stop),
        peers: vec![PeerConfig {
            validator: "fjallen".parse().expect("valid"),
            address: "/ip4/127.0.0.1/tcp/7901".parse().expect("valid"),
        }],
    }
}

#[test]
fn a_directory_reads_back_as_it_was_made_and_is_never_overwritten() {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let dir = NodeDir::new(temporary.path().join("node"));
    let keys = NodeKeys::random();
    dir.create(&entry(&keys), &keys, &config()).expect("an empty directory");
    assert_eq!(dir.config().expect("just written"), config());
    assert_eq!(dir.keys().expect("just written").validator.seed(), keys.validator.seed());
    assert!(matches!(dir.create(&entry(&keys), &keys, &config()), Err(ConfigError::Exists(_))));
    assert_eq!(dir.keys().expect("untouched").network.seed(), keys.network.seed());
}

#[test]
fn files_that_an_editor_began_with_a_byte_order_mark_are_read() {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let dir = NodeDir::new(temporary.path());
    let keys = NodeKeys::random();
    dir.create(&entry(&keys), &keys, &config()).expect("an empty directory");
    for name in ["network.key", "node.toml"] {
        let path = temporary.path().join(name);
        let text = fs::read_to_string(&path).expect("just written");
        fs::write(&path, format!("\u{feff}{text}")).expect("writable");
    }
    assert_eq!(dir.config().expect("the same"), config());
    assert_eq!(dir.keys().expect("the same").network.seed(), keys.network.seed());
}

#[test]
fn a_spoilt_key_and_a_misspelt_field_are_named() {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let dir = NodeDir::new(temporary.path());
    let keys = NodeKeys::random();
    dir.create(&entry(&keys), &keys, &config()).expect("an empty directory");
    fs::write(temporary.path().join("network.key"), "beef").expect("writable");
    assert!(matches!(dir.keys(), Err(ConfigError::Key(path)) if path.ends_with("network.key")));
    fs::write(temporary.path().join("node.toml"), "genesys = 1").expect("writable");
    let error = dir.config().expect_err("a field that doesn't exist");
    assert!(error.to_string().contains("genesys"), "{error}");
}

#[test]
fn what_is_kept_is_what_node_toml_says_and_all_if_it_says_nothing() {
    let options = config().store_options(false);
    assert_eq!((options.retain, options.archives), (Retain::Since(Height::new(7)), false));
    assert_eq!(config().keeping_in_words(), "those from height 7 on are kept; earlier ones are deleted");
    let bare = NodeConfig { retain: None, archive: None, backfill: None, ..config() };
    assert_eq!((bare.store_options(false).retain, bare.store_options(false).archives), (Retain::All, true));
    assert_eq!((options.backfills, bare.store_options(false).backfills), (true, false));
    assert_eq!(bare.keeping_in_words(), "all are kept");
    let text = config().to_explained_toml().replace("\"since 7\"", "\"a year\"");
    let error = toml::from_str::<NodeConfig>(&text).expect_err("no such wish").to_string();
    assert!(error.contains("\"90 days\"") && error.contains("since HEIGHT"), "{error}");
}

#[test]
fn hosts_with_a_port_are_a_fault_for_tokens_are_for_hosts() {
    let with = |host: &str| {
        let http = HttpConfig { hosts: vec![host.parse().expect("valid")], ..HttpConfig::default() };
        NodeConfig { http, ..config() }.fault()
    };
    assert!(with("gateway.example.org:443").is_some_and(|fault| fault.contains("without its port")));
    assert_eq!((with("gateway.example.org"), with("::1"), with("127.0.0.1")), (None, None, None));
}
