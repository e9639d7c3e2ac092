package sentinel

import "tweed/emulator/internal/api"

// relationshipUpdatePlaid gives a relationship the bank account of a Plaid processor token. Of this call only the path
// is public: that the token comes under the names of a create request, that a pending relationship is approved by it as
// a new one with a token is, and that its approvalMethod stays are assumed. An owner's name that Plaid does not tell
// stays, notifications of change were about the account before. Errors, in order of checking: RELATIONSHIP_NOT_FOUND,
// RELATIONSHIP_INVALID_STATE for a canceled one, VALIDATION_FAILED without a token, PROCESSOR_TOKEN_*.
func relationshipUpdatePlaid(c *api.Call) (any, error) {
	r, err := relationshipAt(c, c.Params["relationshipId"])
	if err != nil {
		return nil, err
	}
	if r.Status == relationshipCanceled {
		return nil, errRelationshipState.New("id", r.ID, "status", r.Status, "action", "updated")
	}
	token, name := tokenIn(c.World, c.Body.Fields)
	if token == "" {
		noteAlias(c, name)
		return nil, invalid(name, "is required")
	}
	bank, err := bankAtPlaid(c, token)
	if err != nil {
		return nil, err
	}
	if bank.Owner == "" {
		bank.Owner = r.Bank.Owner
	}
	r.Bank, r.Changes = bank, nil
	if r.Status == relationshipPending {
		r.Status = relationshipApproved
		r.Approval = &approval{At: c.Now, By: caller(c)}
	}
	return r.store(c).body(c), nil
}
