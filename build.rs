//! Link flags for a Node-API module (undefined symbols, `-z nodelete`), by napi-build.

fn main() {
    napi_build::setup();
}
