//! `docs/collector*.yaml` are YAML, and their pipelines name what is declared. What a collector makes of
//! them is not known here.

use yaml_rust2::{Yaml, YamlLoader};

use crate::page::read;

fn config(path: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(&read(path)).expect(path);
    assert_eq!(documents.len(), 1, "{path}: one document for one collector");
    documents.remove(0)
}

/// The keys of a mapping.
fn keys(mapping: &Yaml) -> Vec<&str> {
    let mapping = mapping.as_hash().expect("a mapping");
    mapping.keys().map(|key| key.as_str().expect("a name")).collect()
}

/// The names in a list.
fn names(list: &Yaml) -> Vec<&str> {
    let list = list.as_vec().expect("a list");
    list.iter().map(|name| name.as_str().expect("a name")).collect()
}

fn check(path: &str) {
    let config = config(path);
    let known = ["receivers", "processors", "exporters", "extensions", "service"];
    assert!(keys(&config).iter().all(|key| known.contains(key)), "{path}: {:?}", keys(&config));
    let mut used = Vec::new();
    let pipelines = &config["service"]["pipelines"];
    for pipeline in keys(pipelines) {
        assert!(["traces", "metrics", "logs"].contains(&pipeline), "{path}: {pipeline}");
        for kind in ["receivers", "processors", "exporters"] {
            let named = names(&pipelines[pipeline][kind]);
            assert!(!named.is_empty(), "{path}: {pipeline} has no {kind}");
            for name in named {
                assert!(keys(&config[kind]).contains(&name), "{path}: no {name} in {kind}");
                used.push((kind, name.to_owned()));
            }
        }
    }
    if !config["extensions"].is_badvalue() {
        let extensions = names(&config["service"]["extensions"]);
        used.extend(extensions.into_iter().map(|name| ("extensions", name.to_owned())));
    }
    // What is declared and not used is a mistake as well.
    for kind in known.iter().filter(|kind| **kind != "service") {
        if !config[*kind].is_badvalue() {
            for name in keys(&config[*kind]) {
                assert!(used.contains(&(kind, name.to_owned())), "{path}: {name} is not used");
            }
        }
    }
    // A queue on disk is that of an extension which is there.
    let exporters = &config["exporters"];
    for exporter in keys(exporters) {
        if let Some(storage) = exporters[exporter]["sending_queue"]["storage"].as_str() {
            assert!(used.contains(&("extensions", storage.to_owned())), "{path}: {storage}");
        }
    }
}

#[test]
fn the_gateways_configuration() {
    check("docs/collector.yaml");
    let config = config("docs/collector.yaml");
    let policies = config["processors"]["tail_sampling"]["policies"].as_vec().unwrap();
    for policy in policies {
        // A policy's options are under its type.
        let kind = policy["type"].as_str().unwrap();
        assert!(policy["name"].as_str().is_some() && policy[kind].as_hash().is_some(), "{kind}");
    }
    assert!(config["exporters"]["otlp"]["sending_queue"]["storage"].as_str().is_some());
}

#[test]
fn the_agents_configuration() {
    check("docs/collector-agent.yaml");
    let config = config("docs/collector-agent.yaml");
    let balancing = &config["exporters"]["loadbalancing"];
    assert_eq!(balancing["routing_key"].as_str(), Some("traceID"));
    // It sets the endpoints itself.
    assert!(balancing["protocol"]["otlp"]["endpoint"].is_badvalue());
}
