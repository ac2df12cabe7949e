//! Passwords, of which only hashes are kept.

use std::sync::LazyLock;

use actix_web::web;
use argon2::{
    Argon2,
    password_hash::{self, PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};

use crate::problem::Problem;

/// A hash of the password, with a salt of its own. It takes a while by design, so it is made where
/// no request waits.
pub(crate) async fn hash(password: String) -> Result<String, Problem> {
    Ok(web::block(move || hash_now(&password)).await??)
}

/// Whether this is the password that was hashed. Where there is no hash it is not, which takes as
/// long to say: nobody learns from it who has registered.
pub(crate) async fn verify(password: String, hash: Option<String>) -> Result<bool, Problem> {
    static NOBODYS: LazyLock<Result<String, password_hash::Error>> =
        LazyLock::new(|| hash_now("nobody's"));
    let verify = move || {
        let is_known = hash.is_some();
        let hash = hash.map_or_else(|| NOBODYS.clone(), Ok)?;
        let hash = PasswordHash::new(&hash).map_err(|_| password_hash::Error::EncodingInvalid)?;
        let is_right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        Ok::<_, Problem>(is_right && is_known)
    };
    web::block(verify).await?
}

fn hash_now(password: &str) -> password_hash::Result<String> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
}
