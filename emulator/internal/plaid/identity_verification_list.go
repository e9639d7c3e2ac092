package plaid

import (
	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
)

var errUserNotFound = catalogue.Must(catalogue.Plaid, "USER_ERROR/USER_NOT_FOUND")

type identityVerificationRetryRequest struct {
	ClientUserID string                `json:"client_user_id"`
	TemplateID   string                `json:"template_id"`
	Strategy     string                `json:"strategy"`
	IsShareable  *bool                 `json:"is_shareable"`
	User         *identityVerifiedUser `json:"user"`
}

// identityVerificationRetry begins another attempt; one that was still open is canceled
// (assumed). Errors, in order of checking: INVALID_FIELD for a strategy that there is not,
// USER_NOT_FOUND without an attempt to repeat (assumed).
func identityVerificationRetry(c *api.Call, req identityVerificationRetryRequest) (identityVerificationBody, error) {
	if err := checkOneOf("strategy", req.Strategy, "reset", "incomplete", "infer", "custom"); err != nil {
		return identityVerificationBody{}, err
	}
	earlier := attempts(c, req.TemplateID, req.ClientUserID)
	if len(earlier) == 0 {
		return identityVerificationBody{}, errUserNotFound.New()
	}
	last := earlier[0]
	next := last
	next.Previous = &last.ID
	if req.IsShareable != nil {
		next.Shareable = *req.IsShareable
	}
	if req.User != nil {
		next.Given = next.Given.with(*req.User)
	}
	if last.Status == statusActive {
		last.Status, last.Completed = statusCanceled, &c.Now
		identityVerifications.Put(c.World, last.ID, last)
	}
	next.Completed = nil
	out := next.open(c).body(c)
	out.RequestID = c.RequestID
	return out, nil
}

type identityVerificationGetRequest struct {
	ID string `json:"identity_verification_id"`
}

// identityVerificationGet tells of an attempt. Errors: INVALID_FIELD for one that is not
// there (assumed).
func identityVerificationGet(c *api.Call, req identityVerificationGetRequest) (identityVerificationBody, error) {
	v, ok := identityVerifications.Get(c.World, req.ID)
	if !ok || v.Client != c.Client.ID {
		return identityVerificationBody{}, errInvalidField.Text(
			"identity_verification_id must be a valid identity verification ID")
	}
	out := v.body(c)
	out.RequestID = c.RequestID
	return out, nil
}

// monitorPage is how many rows an answer of a list of Identity Verification or Monitor has
// (assumed).
const monitorPage = 20

type identityVerificationListRequest struct {
	ClientUserID string  `json:"client_user_id"`
	Cursor       *string `json:"cursor"`
	TemplateID   string  `json:"template_id"`
	UserID       string  `json:"user_id"`
}

type identityVerificationListResponse struct {
	IdentityVerifications []identityVerificationBody `json:"identity_verifications"`
	NextCursor            *string                    `json:"next_cursor"`
	RequestID             string                     `json:"request_id"`
}

// identityVerificationList lists a user's attempts, the newest first (assumed). Errors:
// INVALID_FIELD for a cursor.
func identityVerificationList(
	c *api.Call, req identityVerificationListRequest,
) (identityVerificationListResponse, error) {
	user := req.ClientUserID
	if user == "" {
		user = req.UserID
	}
	part, next, err := after(attempts(c, req.TemplateID, user), req.Cursor, monitorPage)
	if err != nil {
		return identityVerificationListResponse{}, err
	}
	out := identityVerificationListResponse{
		IdentityVerifications: []identityVerificationBody{}, NextCursor: next, RequestID: c.RequestID,
	}
	for _, v := range part {
		out.IdentityVerifications = append(out.IdentityVerifications, v.body(c))
	}
	return out, nil
}
