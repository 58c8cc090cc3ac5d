//! Ed25519 keys from one seed, by SLIP-0010 (<https://github.com/satoshilabs/slips/blob/master/slip-0010.md>). For
//! Ed25519 every step of a path is hardened: a key says nothing about its parent or its siblings.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use zeroize::Zeroizing;

const MASTER_KEY: &[u8] = b"ed25519 seed";
const HARDENED: u32 = 1 << 31;

/// A node of the tree: a secret that is an Ed25519 seed (RFC 8032), and the code that its children come from.
#[derive(Clone)]
pub(crate) struct Node {
    secret: Zeroizing<[u8; 32]>,
    chain_code: Zeroizing<[u8; 32]>,
}

impl Node {
    /// The root of the tree that grows from `seed`.
    pub(crate) fn master(seed: &[u8]) -> Self {
        Self::from_hmac(MASTER_KEY, &[seed])
    }
    /// The child with a number, hardened: `index` is what the path writes as `index'`.
    pub(crate) fn child(&self, index: u32) -> Self {
        let number = (index | HARDENED).to_be_bytes();
        Self::from_hmac(&*self.chain_code, &[&[0], &*self.secret, &number])
    }
    /// The Ed25519 seed.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    fn from_hmac(key: &[u8], parts: &[&[u8]]) -> Self {
        let mut mac = Hmac::<Sha512>::new_from_slice(key).expect("HMAC takes a key of any length");
        parts.iter().for_each(|part| mac.update(part));
        let digest = Zeroizing::new(<[u8; 64]>::from(mac.finalize().into_bytes()));
        let (left, right) = digest.split_at(32);
        let half = |bytes: &[u8]| Zeroizing::new(bytes.try_into().expect("half of 64 bytes"));
        Self { secret: half(left), chain_code: half(right) }
    }
}

#[cfg(test)]
mod tests {
    use lojal_types::KeyPair;

    use super::*;

    /// Path, chain code, secret, public key.
    type Vector<'a> = (&'a [u32], &'a str, &'a str, &'a str);

    fn check(seed: &str, vectors: &[Vector]) {
        let seed = hex::decode(seed).expect("hex");
        for (path, chain_code, secret, public_key) in vectors {
            let node = path.iter().fold(Node::master(&seed), |node, index| node.child(*index));
            assert_eq!(hex::encode(*node.chain_code), *chain_code, "{path:?}");
            assert_eq!(hex::encode(node.secret()), *secret, "{path:?}");
            assert_eq!(KeyPair::from_seed(node.secret()).public_key().to_string(), *public_key, "{path:?}");
        }
    }

    // The test vectors of SLIP-0010 for Ed25519.

    #[test]
    fn the_first_vector_of_slip_0010_holds() {
        check(
            "000102030405060708090a0b0c0d0e0f",
            &[
                (
                    &[],
                    "90046a93de5380a72b5e45010748567d5ea02bbf6522f979e05c0d8d8ca9fffb",
                    "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7",
                    "a4b2856bfec510abab89753fac1ac0e1112364e7d250545963f135f2a33188ed",
                ),
                (
                    &[0],
                    "8b59aa11380b624e81507a27fedda59fea6d0b779a778918a2fd3590e16e9c69",
                    "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3",
                    "8c8a13df77a28f3445213a0f432fde644acaa215fc72dcdf300d5efaa85d350c",
                ),
                (
                    &[0, 1, 2, 2, 1_000_000_000],
                    "68789923a0cac2cd5a29172a475fe9e0fb14cd6adb5ad98a3fa70333e7afa230",
                    "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793",
                    "3c24da049451555d51a7014a37337aa4e12d41e485abccfa46b47dfb2af54b7a",
                ),
            ],
        );
    }

    #[test]
    fn the_second_vector_of_slip_0010_holds() {
        check(
            "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a2\
             9f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542",
            &[
                (
                    &[],
                    "ef70a74db9c3a5af931b5fe73ed8e1a53464133654fd55e7a66f8570b8e33c3b",
                    "171cb88b1b3c1db25add599712e36245d75bc65a1a5c9e18d76f9f2b1eab4012",
                    "8fe9693f8fa62a4305a140b9764c5ee01e455963744fe18204b4fb948249308a",
                ),
                (
                    &[0, 2_147_483_647, 1, 2_147_483_646, 2],
                    "5d70af781f3a37b829f0d060924d5e960bdc02e85423494afc0b1a41bbe196d4",
                    "551d333177df541ad876a60ea71f00447931c0a9da16f227c11ea080d7391b8d",
                    "47150c75db263559a70d5778bf36abbab30fb061ad69f69ece61a72b0cfa4fc0",
                ),
            ],
        );
    }
}
