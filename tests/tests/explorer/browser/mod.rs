//! The pages in a real browser: Chromium, driven through its WebDriver.
//!
//! Where there is none the tests say so and end, except under CI.

mod clicks;
mod driver;
mod keys;
mod list;
mod pages;

use driver::Browser;
