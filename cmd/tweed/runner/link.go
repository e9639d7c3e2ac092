package runner

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"tweed/emulator/scenario"
)

// link goes through Link without a browser, and compares how it ends.
func (r *run) link(ctx context.Context, s *scenario.Step) []string { return r.call(ctx, s.AsCall()) }

// compareReply compares a reply with what a step expects of it. The error of a step with link is
// that with which Link has ended.
func compareReply(s *scenario.Step, expect scenario.StepExpect, got reply) []string {
	var ended struct {
		Exit *struct {
			Error    json.RawMessage `json:"error"`
			Metadata json.RawMessage `json:"metadata"`
		} `json:"exit"`
	}
	if !s.IsLink() || got.status != http.StatusOK || json.Unmarshal(got.body, &ended) != nil {
		return expect.Check(got.status, got.header, got.body)
	}
	failed := []byte("{}")
	if ended.Exit != nil {
		failed = ended.Exit.Error
	}
	switch {
	case expect.Error != "":
		problems := scenario.StepExpect{Error: expect.Error}.Check(got.status, nil, failed)
		expect.Error = ""
		return append(problems, expect.Check(got.status, got.header, got.body)...)
	case ended.Exit != nil && expect.Body == nil:
		text := strings.Join(strings.Fields(string(ended.Exit.Error)+" "+string(ended.Exit.Metadata)), " ")
		return []string{"link: wanted a public token, but Link has ended with " + text}
	}
	return expect.Check(got.status, got.header, got.body)
}
