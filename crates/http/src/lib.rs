//! The parts that the servers of HTTP share, the gateway and the connector: TLS with a certificate that is read again
//! when its files change, and the schemas of the documents that describe their interfaces.

pub mod schemas;
pub mod tls;
