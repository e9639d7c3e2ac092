// Package scenario is Tweed's scenario language: its types, strict loading, and the engine
// that decides what rules do to a call or a transfer.
//
// The comments of the types are the reference of the language: Scenario, Rule with Calls,
// Where and Then, Step with StepExpect, Expect. The keys in YAML are those of the types'
// tags. The same rule comes from a file (Load), over the control API (ParseRule) or from
// Go (Rule), and the same checks say what is wrong with it: each Problem has file, line
// and column where there is a text, what is wrong, and what would be right.
//
// What deviates from YAML: numbers are those of JSON, so that an account mask 0000 and a
// date are texts without quotes; only true and false are truth values; merge keys, tags
// and a second document are refused.
//
// A world asks Engine.Decide for the Plan of each call and commits the plan when the call
// has come to the point where rules act; a fault on the wire acts, and is counted, before
// that (Plan.Arrive). It asks Engine.Fate what becomes of each transfer that is made. What
// the engine must remember of a run it keeps in the world's Progress.
package scenario
