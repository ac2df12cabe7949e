//! Sends the calls over real HTTP.

use std::{error::Error, time::Duration};

use actix_web::rt;
use awc::Client;

use crate::calls::{CALLS, Call};

/// Sends every call, one after the other, and fails if one is not answered as it should be.
pub(crate) async fn send_all(url: &str) -> Result<(), Box<dyn Error>> {
    let client = Client::default();
    for call in CALLS {
        let answer = send(&client, url, call).await;
        let as_expected = match (&answer, call.status) {
            (Ok(status), Some(expected)) => *status == expected,
            (answer, None) => answer.is_err(),
            (Err(_), Some(_)) => false,
        };
        if !as_expected {
            let expected = call.status.map_or_else(|| "no answer".to_owned(), |s| s.to_string());
            let answer = answer.map_or_else(|error| error.to_string(), |status| status.to_string());
            let (method, target) = (call.method(), call.target);
            return Err(format!("{method} {target}: expected {expected}, got {answer}").into());
        }
    }
    Ok(())
}

/// Sends the calls again and again, in another order each time, so that there is something to look
/// at; until the program ends.
pub(crate) async fn keep_sending(url: String) {
    let client = Client::default();
    loop {
        let call = &CALLS[fastrand::usize(..CALLS.len())];
        // An answer, or none: both are there to be seen.
        let _ = send(&client, &url, call).await;
        rt::time::sleep(Duration::from_millis(fastrand::u64(50..600))).await;
    }
}

/// Sends one call and reads its answer to the end, as a client should.
async fn send(client: &Client, url: &str, call: &Call) -> Result<u16, Box<dyn Error>> {
    let mut request = client.request(call.method(), format!("{url}{}", call.target));
    for header in call.headers {
        request = request.insert_header(*header);
    }
    let sent = match call.body {
        Some(body) => request.send_body(body),
        None => request.send(),
    };
    let mut response = sent.await?;
    response.body().await?;
    Ok(response.status().as_u16())
}
