package plaid

import (
	"bytes"
	"encoding/json"
)

// tidy writes JSON of a request as Plaid would in an answer: with sorted keys. Null is
// nothing.
func tidy(raw json.RawMessage) json.RawMessage {
	if unlessNull(raw) == nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil { // it was decoded from JSON
		return nil
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil
	}
	return bytes.TrimSpace(out.Bytes())
}
