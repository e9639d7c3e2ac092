package runner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tweed/cmd/tweed/flow"
	"tweed/emulator/scenario"
)

// Check returns what is wrong with a scenario beyond the language: settings that the
// reference client does not have. The error is scenario.Problems, each with its place.
func Check(s *scenario.Scenario) error {
	var problems scenario.Problems
	for i := range s.Steps {
		step := &s.Steps[i]
		if step.Flow == "" || step.With == nil {
			continue
		}
		path := fmt.Sprintf("steps[%d].with", i)
		settings, ok := step.With.(map[string]any)
		if !ok {
			problems = append(problems, s.Problem(path, "with is no mapping", "a flow step takes {amount: \"1500.00\"}"))
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(settings)) {
			if !slices.Contains(flow.Settings(), name) {
				problems = append(problems, s.Problem(path+"."+name, fmt.Sprintf("the flow has no setting %q", name),
					"there are "+strings.Join(flow.Settings(), ", ")))
				continue
			}
			if err := checkSetting(name, settingText(settings[name])); err != nil {
				problems = append(problems, s.Problem(path+"."+name, strings.TrimPrefix(err.Error(), "flow: "), ""))
			}
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// checkSetting returns what is wrong with a setting's value; one with a reference is known
// only when the flow runs.
func checkSetting(name, value string) error {
	if strings.Contains(value, "$") {
		return nil
	}
	cfg := flow.Local("http://127.0.0.1:1", "") // never called
	if err := cfg.Set(name, value); err != nil {
		return err
	}
	_, err := flow.New(cfg)
	return err
}
