// Package conformance holds tests in which Plaid's own SDK, unmodified, is the judge of the emulator: plaid-go v41.0.0
// calls it over TCP, decodes its replies into the SDK's types and its errors with ToPlaidError. Every reply that passes
// through the client of a test is checked against the OpenAPI document which that SDK ships.
//
// The other official SDKs, newest and oldest, are judges of the money path: folders go, node, python and java have a
// small program for each version, beside what pins it. TestSDKs installs and runs them, in the languages' own ways, and
// holds the table in README.md against what it saw.
//
// Apex has no SDK: package sentinel below is a client of Sentinel as a broker's engineer writes one, and certifies with
// it.
//
// It is a module of its own, so that the SDK (17 MB of Go) stays out of the emulator's dependencies. It uses what a
// user of package emulator can use and nothing else. The test suite of a Node app, run by "tweed exec", stands here,
// too, because it needs node and npm.
package conformance
