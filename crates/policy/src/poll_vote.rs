//! What somebody chose in a poll. Votes are encrypted with a key that follows from the poll's secret, its id and
//! its writer, and from who votes; only whoever has seen the poll can read them.
//!
//! Every key is derived from addresses as text, and neither side says which of its addresses it used: the number
//! or the hidden id. So all of them are tried.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::ids::{Identity, Lid, Phone};

#[cfg(test)]
mod tests;

/// Longer votes are not read: a poll has few options, and each is 32 bytes in it.
const MAX_VOTE_BYTES: usize = 16 * 1024;

/// A poll, as far as reading its votes needs it.
#[derive(Debug, Clone, Copy)]
pub struct Poll<'a> {
    /// Its message id.
    pub id: &'a str,
    /// Who asked.
    pub creator: &'a Identity,
    /// What its votes are encrypted with.
    pub secret: &'a [u8],
    /// What can be chosen, as the poll writes it.
    pub options: &'a [&'a str],
}

/// A vote as it came.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a> {
    /// Who votes.
    pub voter: &'a Identity,
    /// The choice, encrypted.
    pub payload: &'a [u8],
    /// The nonce.
    pub iv: &'a [u8],
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Places in the poll's options, in its order. None chosen: an earlier vote was taken back.
    pub chosen: Vec<usize>,
    /// How many were chosen that the poll does not have.
    pub unknown: usize,
}

/// Why a vote could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The poll's secret has the wrong length.
    #[error("the poll's secret is not known")]
    NoSecret,
    /// It is too long, or its nonce is no nonce.
    #[error("it is not a vote")]
    Malformed,
    /// No key fits: it belongs to another poll, or was made under an address that is not known here.
    #[error("it was not encrypted for this poll, or under an address that is not known here")]
    WrongKey,
}

/// Reads a vote.
///
/// # Errors
/// Why it cannot be read.
pub fn open(poll: &Poll<'_>, vote: &Sealed<'_>) -> Result<Choice, Unreadable> {
    if poll.secret.len() != 32 {
        return Err(Unreadable::NoSecret);
    }
    if vote.payload.len() > MAX_VOTE_BYTES || vote.iv.len() != 12 {
        return Err(Unreadable::Malformed);
    }
    let voters = addresses(vote.voter);
    for creator in addresses(poll.creator) {
        for voter in &voters {
            if let Some(plain) = opened(poll, vote, &creator, voter) {
                let hashes = hashes(&plain).ok_or(Unreadable::Malformed)?;
                return Ok(choice(poll.options, &hashes));
            }
        }
    }
    Err(Unreadable::WrongKey)
}

/// As WhatsApp writes them, without device.
fn addresses(person: &Identity) -> Vec<String> {
    let phones = person.phones().map(Phone::to_jid);
    person
        .lid
        .as_ref()
        .map(Lid::to_jid)
        .into_iter()
        .chain(phones)
        .collect()
}

fn opened(poll: &Poll<'_>, vote: &Sealed<'_>, creator: &str, voter: &str) -> Option<Vec<u8>> {
    let purpose: [&[u8]; 5] = [
        poll.id.as_bytes(),
        creator.as_bytes(),
        voter.as_bytes(),
        b"Poll Vote",
        &[1],
    ];
    let key = mac(&mac(&[0; 32], &[poll.secret])?, &purpose)?;
    let cipher = Aes256Gcm::new_from_slice(&key).ok()?;
    let nonce = Nonce::try_from(vote.iv).ok()?;
    let bound_to = format!("{}\0{voter}", poll.id);
    let sealed = Payload {
        msg: vote.payload,
        aad: bound_to.as_bytes(),
    };
    cipher.decrypt(&nonce, sealed).ok()
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Option<[u8; 32]> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(mac.finalize().into_bytes().into())
}

/// The hashes of the chosen options: a protobuf with field 1 repeated, bytes. Other fields are none of ours.
fn hashes(mut message: &[u8]) -> Option<Vec<&[u8]>> {
    const CHOSEN: u64 = 1 << 3 | BYTES;
    let mut found = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message)?;
        match tag & 7 {
            VARINT => {
                varint(&mut message)?;
            }
            FIXED_64 => message = message.get(8..)?,
            BYTES => {
                let length = usize::try_from(varint(&mut message)?).ok()?;
                let (value, rest) = message.split_at_checked(length)?;
                message = rest;
                if tag == CHOSEN {
                    found.push(value);
                }
            }
            FIXED_32 => message = message.get(4..)?,
            3 | 4 | 6.. => return None,
        }
    }
    Some(found)
}

const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const BYTES: u64 = 2;
const FIXED_32: u64 = 5;

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn choice(options: &[&str], hashes: &[&[u8]]) -> Choice {
    let known: Vec<[u8; 32]> = options
        .iter()
        .map(|option| Sha256::digest(option).into())
        .collect();
    let is_chosen = |place: &usize| known.get(*place).is_some_and(|hash| hashes.contains(&&hash[..]));
    let chosen = (0..options.len()).filter(is_chosen).collect();
    let is_unknown = |hash: &&&[u8]| !known.iter().any(|option| option[..] == ***hash);
    Choice {
        chosen,
        unknown: hashes.iter().filter(is_unknown).count(),
    }
}
