package runner

import (
	"context"
	"fmt"

	"tweed/cmd/tweed/report"
	"tweed/emulator"
	"tweed/emulator/scenario"
)

// Replay makes the calls of a case again. Each is a case of the report; the first one whose
// reply differs is the last. The error says that it could not be replayed at all.
func Replay(ctx context.Context, c *emulator.Case, o Options) (*Report, error) {
	replay, err := c.Replay(ctx, emulator.ReplayOptions{Seed: o.Seed})
	if err != nil {
		return nil, err
	}
	r := &Report{
		File: c.File(), Name: c.Name(), Steps: replay.Total, Problems: scenario.Problems{}, Transcript: replay.Transcript,
		Verdict: fmt.Sprintf("same (%d calls)", replay.Total),
	}
	for _, call := range replay.Calls {
		one := report.Case{Name: fmt.Sprintf("call %d (%s %s)", call.N, call.Method, call.Path), Time: call.Time}
		if call.Difference != "" {
			r.Verdict = fmt.Sprintf("differs at call %d: %s %s", call.N, call.Method, call.Path)
			one.Problems = scenario.Problems{{File: c.File(), What: fmt.Sprintf("call %d: %s", call.N, call.Difference)}}
		}
		r.Add(one)
	}
	return r, nil
}
