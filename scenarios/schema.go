package scenarios

import _ "embed" // for the schema

//go:generate go run ../emulator/internal/schemagen -types ../emulator/scenario -o scenario.schema.json

//go:embed scenario.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of scenario files.
func Schema() []byte { return []byte(schema) }
