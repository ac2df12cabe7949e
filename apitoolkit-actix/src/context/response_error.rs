use std::error::Error as StdError;

use actix_web::{
    Error, ResponseError,
    error::{
        BlockingError, ContentTypeError, HttpError, JsonPayloadError, ParseError, PathError,
        PayloadError, QueryPayloadError, ReadlinesError, UrlGenerationError, UrlencodedError,
    },
};

use crate::exchange::{ErrorReport, error_names};

/// A report of what `actix_web::Error` holds: with its type and sources if it is an error of Actix's
/// or of the standard library, which alone can be told.
pub(crate) fn report_response_error(error: &Error) -> ErrorReport {
    macro_rules! first_of {
        ($($ty:ty),* $(,)?) => {
            None$(.or_else(|| report_as::<$ty>(error)))*
        };
    }
    first_of!(
        JsonPayloadError,
        QueryPayloadError,
        PathError,
        UrlencodedError,
        PayloadError,
        ReadlinesError,
        ContentTypeError,
        UrlGenerationError,
        BlockingError,
        HttpError,
        ParseError,
        std::io::Error,
        std::str::Utf8Error,
        serde_json::Error,
    )
    .or_else(|| {
        let boxed = error.as_error::<Box<dyn StdError>>()?;
        Some(ErrorReport::new(error_names::of_error(&**boxed), &**boxed))
    })
    .unwrap_or_else(|| ErrorReport::new(error_names::ACTIX, error))
}

/// A report of an error if it is a `T`.
pub(crate) fn report_as<T>(error: &Error) -> Option<ErrorReport>
where
    T: ResponseError + StdError + 'static,
{
    let error = error.as_error::<T>()?;
    Some(ErrorReport::new(error_names::of_type::<T>(), error))
}
