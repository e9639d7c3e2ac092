package scenario

import "errors"

// Checked is what can be said of a scenario file before it is used.
type Checked struct {
	File     string   `json:"file"`
	Good     bool     `json:"good"` // it can be used
	Rules    int      `json:"rules"`
	Steps    int      `json:"steps"`
	Problems Problems `json:"problems"`
	Warnings Problems `json:"warnings"`
}

// CheckedOf sums up what came of loading a file: a scenario, or the error for which there is none.
func CheckedOf(file string, s *Scenario, err error) Checked {
	out := Checked{File: file, Problems: Problems{}, Warnings: Problems{}}
	if problems, ok := errors.AsType[Problems](err); ok {
		out.Problems = problems
	} else if err != nil {
		out.Problems = Problems{{What: err.Error()}}
	}
	if err == nil {
		out.Good, out.Rules, out.Steps = true, len(s.Rules), len(s.Steps)
		out.Warnings = append(out.Warnings, s.Warnings()...)
	}
	return out
}
