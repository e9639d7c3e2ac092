package sentinel

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/scenario"
)

// Simulation is what a person does to a transfer by hand: exactly one member is set. Beside the
// test mode's simulation it chooses the codes.
type Simulation struct {
	Approve bool   `json:"approve,omitempty"`
	Return  string `json:"return,omitempty"` // a Nacha return code, such as R01
	NOC     string `json:"noc,omitempty"`    // a Nacha change code, such as C01
	Reject  any    `json:"reject,omitempty"` // true, or one of Sentinel's reject reasons
}

// The members of a Simulation.
const (
	canApprove = "approve"
	canReturn  = "return"
	canNOC     = "noc"
	canReject  = "reject"
)

// Simulate does to a transfer what the test mode's simulation does, and answers with its overview.
// Errors, in order of checking: TRANSFER_NOT_FOUND; VALIDATION_FAILED for none or several members and
// for a code that is none; TRANSFER_INVALID_STATE.
func Simulate(c *api.Call, s Simulation) (any, error) {
	t, ok := transfers.Get(c.World, c.Params["transfer"])
	if !ok {
		return nil, errTransfer.New("id", c.Params["transfer"])
	}
	then, e, err := s.read(c, t)
	if err != nil {
		return nil, err
	}
	t.RejectReason, t.ReturnCode = cmp.Or(then.Reject, t.RejectReason), cmp.Or(then.Return, t.ReturnCode)
	if then.NOC.Code == "" {
		t, err = t.move(c.World, e)
		if err != nil {
			return nil, err
		}
		return t.overview(), nil
	}
	if !slices.Contains(handedOver, t.State) {
		return nil, errTransferState.New("id", t.ID, "state", string(t.State), "action", "changed by the bank")
	}
	t.correct(c.World, correction{Code: then.NOC.Code})
	t, _ = transfers.Get(c.World, t.ID)
	return t.overview(), nil
}

// read checks a simulation as the scenario language checks what becomes of a transfer.
func (s Simulation) read(c *api.Call, t Transfer) (then scenario.Then, e event, err error) {
	var members []string
	if s.Approve {
		members, e = append(members, canApprove), onApprove
	}
	if s.Return != "" {
		members, e = append(members, canReturn), onReturn
		then = scenario.Return(s.Return)
	}
	if s.NOC != "" {
		members = append(members, canNOC)
		then = scenario.Correct(s.NOC)
	}
	if s.Reject != nil && s.Reject != false {
		members, e = append(members, canReject), onReject
		reason, ok := s.Reject.(string)
		if !ok {
			reason = assumed(c.World, rejectReason)[0]
		}
		then = scenario.Reject(reason)
	}
	if len(members) != 1 {
		return then, e, invalid("simulation", "must have one of "+
			strings.Join([]string{canApprove, canReturn, canNOC, canReject}, ", ")+`: {"return": "R01"}`)
	}
	if s.Approve {
		return then, e, nil
	}
	_, err = scenario.Compile([]scenario.Rule{{ACH: t.kind(), Then: then}})
	if problems, ok := errors.AsType[scenario.Problems](err); ok {
		text := problems[0].What
		if right := problems[0].Right; right != "" {
			text += "; " + right
		}
		return then, e, invalid(members[0], "has an "+text)
	}
	return then, e, err
}
