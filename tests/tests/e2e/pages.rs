//! The pages for browsers, as the wallet of the command line verifies them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use serde_json::Value;

use crate::network::Network;
use crate::programs::{Output, program, run};

/// A gateway on the way to an honest one, that changes files of its pages. Answers with its address.
fn changer(gateway: String, change: impl Fn(&str, Vec<u8>) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("it listens"));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            pass_on(stream, &gateway, &change);
        }
    });
    url
}

fn pass_on(mut stream: TcpStream, gateway: &str, change: &impl Fn(&str, Vec<u8>) -> Vec<u8>) {
    let reader = BufReader::new(stream.try_clone().expect("a socket"));
    let head: Vec<String> = reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let Some(path) = head.first().and_then(|first| first.split(' ').nth(1)) else { return };
    let request = ureq::get(format!("{gateway}{path}")).config().http_status_as_error(false).build();
    let answer = request.call().expect("the honest gateway answers");
    let status = answer.status();
    let mut body = Vec::new();
    answer.into_body().into_reader().read_to_end(&mut body).expect("the whole file");
    let body = change(path, body);
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

fn verify(url: &str, more: &[&str]) -> Output {
    run(program("lojal").args(["--home", "/nowhere", "web", "verify", url]).args(more))
}

#[test]
fn the_pages_of_a_gateway_are_those_of_the_program_and_a_changed_one_is_found() {
    let network = Network::start();
    let honest = verify(&format!("{}/wallet/#/more", network.url(0)), &["--json"]).success();
    let honest: Value = serde_json::from_str(&honest).expect("a document");
    assert_eq!(honest["pages"], serde_json::json!(["wallet", "explorer", "console"]));
    assert!(honest["files"].as_u64().is_some_and(|count| count > 20), "{honest}");

    let thief = changer(network.url(0), |path, mut body| {
        if path == "/wallet/sw.js" {
            body.extend_from_slice(b";/* and the words go elsewhere */");
        }
        body
    });
    let output = verify(&thief, &["--json"]);
    assert_eq!(output.status.code(), Some(4), "{}", output.stdout);
    let error: Value = serde_json::from_str(&output.stdout).expect("a document");
    assert_eq!(error["error"]["code"], "pages_changed");
    let differences = error["error"]["differences"].as_array().expect("a list");
    assert_eq!(differences.len(), 1, "{error}");
    assert_eq!(differences[0]["path"], "wallet/sw.js");
    let text = verify(&thief, &[]);
    assert!(
        text.status.code() == Some(4) && text.stderr.contains("wallet/sw.js") && text.stderr.contains("changed"),
        "{}",
        text.stderr
    );

    let other = changer(network.url(0), |path, body| match path {
        "/build.json" => {
            let mut build: Value = serde_json::from_slice(&body).expect("a build");
            build["source"] = "00".repeat(32).into();
            build["files"]["wallet/index.html"] =
                "93a23971a914e5eacbf0a8d25154cda309c3c1c72fbb9914d47c60f3cb681588".into();
            build.to_string().into_bytes()
        }
        "/wallet/" => b"{\"hello\":\"world\"}".to_vec(),
        _ => body,
    });
    let output = verify(&other, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", output.stderr);
    assert!(
        output.stderr.contains("another build") && output.stderr.contains("wallet/index.html"),
        "{}",
        output.stderr
    );

    let none = changer(network.url(0), |_, _| Vec::new());
    let output = verify(&none, &["--json"]);
    assert_eq!((output.status.code(), output.stdout.contains("unknown_build")), (Some(1), true), "{}", output.stdout);
}
