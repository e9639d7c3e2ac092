package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"tweed/emulator/internal/document"
)

// The members of a case, in the order of their names, in which they are written.
const (
	memberReadme   = "README.txt"
	memberCalls    = "calls.jsonl"
	memberAbout    = "case.json"
	memberMoves    = "moves.jsonl"
	memberScenario = "scenario.yaml"
	memberStart    = "start.json"
)

// Bounds of a case, in bytes: of the zip, and of all that is in it.
const (
	MaxSize  = 64 << 20
	maxInner = 256 << 20
)

// Encode writes the case as a zip: the same case, the same bytes. It returns an error for one
// that is too large to be read again.
func (c *Case) Encode() ([]byte, error) {
	calls, err := lines(c.Calls)
	if err != nil {
		return nil, err
	}
	moves, err := lines(c.Moves)
	if err != nil {
		return nil, err
	}
	about, err := json.MarshalIndent(c.About, "", "  ")
	if err != nil {
		return nil, err
	}
	files := []document.File{
		{Name: memberReadme, Body: c.readme()},
		{Name: memberCalls, Body: calls},
		{Name: memberAbout, Body: append(about, '\n')},
		{Name: memberMoves, Body: moves},
		{Name: memberScenario, Body: c.Scenario},
	}
	if c.Start != nil {
		start, err := json.MarshalIndent(c.Start, "", " ")
		if err != nil {
			return nil, err
		}
		files = append(files, document.File{Name: memberStart, Body: append(start, '\n')})
	}
	inner := 0
	for _, f := range files {
		inner += len(f.Body)
	}
	data, err := document.ZIP(c.end(), files...)
	if err != nil {
		return nil, err
	}
	if inner > maxInner || len(data) > MaxSize {
		return nil, fmt.Errorf("it would have %d bytes (%d in the zip); the most is %d (%d): reset the world and do less",
			inner, len(data), maxInner, MaxSize)
	}
	return data, nil
}

// end is the time of the last thing that happened.
func (c *Case) end() time.Time {
	end := c.Clock.Start
	if n := len(c.Calls); n > 0 && c.Calls[n-1].Time.After(end) {
		end = c.Calls[n-1].Time
	}
	if n := len(c.Moves); n > 0 && c.Moves[n-1].Time.After(end) {
		end = c.Moves[n-1].Time
	}
	return end
}

func lines[T any](rows []T) ([]byte, error) {
	var b bytes.Buffer
	for i := range rows {
		text, err := encode(rows[i])
		if err != nil {
			return nil, err
		}
		b.Write(text)
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}
