package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"tweed/emulator/internal/rules"
	"tweed/emulator/scenario"
)

// The headers by which a caller says what happens to this one request, as the then of a rule
// does. They go together; no rule is asked beside them.
const (
	headerError = "Tweed-Error"
	headerDelay = "Tweed-Delay"
	headerFault = "Tweed-Fault"
)

// forced is the plan that the caller asked for with headers. Its name, which Tweed-Rule
// shows, says which.
func (f *flight) forced(progress rules.Progress) (plan scenario.Plan, found bool, err error) {
	if c := &f.call; c.Header(headerError) == "" && c.Header(headerDelay) == "" && c.Header(headerFault) == "" {
		return plan, false, nil
	}
	var then scenario.Then
	var names []string
	for _, h := range []struct {
		name string
		read func(*scenario.Then, string) error
	}{{headerError, f.forcedError}, {headerDelay, forcedDelay}, {headerFault, forcedFault}} {
		text := f.call.Header(h.name)
		if text == "" {
			continue
		}
		if err := h.read(&then, text); err != nil {
			return plan, false, err
		}
		names = append(names, "header "+h.name)
	}
	plan, err = scenario.Forced(strings.Join(names, ", "), then, f.path(), progress)
	if err != nil {
		return plan, false, badHeaders(strings.Join(names, ", "), err)
	}
	return plan, true, nil
}

// path is the path as the contract has it, or as it came where the contract has none.
func (f *flight) path() string {
	if f.call.Op != nil {
		return f.call.Op.Path
	}
	return f.req.Path
}

func forcedDelay(then *scenario.Then, text string) (err error) {
	if then.Delay, err = scenario.ParseDelay(text); err != nil {
		return badHeaders("header "+headerDelay, err)
	}
	return nil
}

func forcedFault(then *scenario.Then, text string) (err error) {
	if then.Fault, err = scenario.ParseFault(text); err != nil {
		return badHeaders("header "+headerFault, err)
	}
	return nil
}

// badHeaders says what is wrong with headers, and what would be right. Where in a line of a
// request it stands says nothing.
func badHeaders(names string, err error) error {
	text := err.Error()
	if problems, ok := errors.AsType[scenario.Problems](err); ok && len(problems) > 0 {
		first := problems[0]
		first.Line, first.Path = 0, ""
		text = first.String()
	}
	return errBadRequest.New("text", names+": "+text)
}

// forcedError reads CODE or TYPE/CODE, and for a row that never is an HTTP error also a
// status: "CODE; status=208".
func (f *flight) forcedError(into *scenario.Then, header string) error {
	name, option, _ := strings.Cut(header, ";")
	name = strings.TrimSpace(name)
	then := scenario.ErrorSpec{Code: name}
	if option != "" {
		status, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(option), "status="))
		if err != nil || status < 200 || status > 599 {
			return errUnknownCode.New("code", header, "hint", `Write for example "ITEM_NO_ERROR; status=400".`)
		}
		then.Status = status
	}
	if _, err := then.Resolve(f.path()); err != nil {
		return errUnknownCode.New("code", name, "hint", hintFor(then, f.path(), err))
	}
	into.Error = &then
	return nil
}

// hintFor says how a header is written whose code only lacks a status, else what is wrong.
func hintFor(then scenario.ErrorSpec, path string, problem error) string {
	if then.Status == 0 {
		then.Status = http.StatusBadRequest
		if _, err := then.Resolve(path); err == nil {
			return fmt.Sprintf("It never is an HTTP error by itself. Write \"%s; status=400\".", then.Code)
		}
	}
	return problem.Error()
}
