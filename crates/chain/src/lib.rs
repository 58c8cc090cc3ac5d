//! Trust from genesis: header links, certificates, execution of whole blocks.
