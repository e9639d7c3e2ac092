package plaid

import (
	"encoding/json"
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// identityVerification is one attempt of a user to prove who they are. It waits for its
// user: there is no dialog here that would take them through, so it stays active until a
// retry takes its place.
type identityVerification struct {
	ID        string               `json:"id"`
	N         uint64               `json:"n"` // in the order of creation, from 1
	Client    string               `json:"client"`
	User      string               `json:"user"` // client_user_id
	Template  string               `json:"template"`
	Consent   bool                 `json:"consent,omitempty"`
	Shareable bool                 `json:"shareable,omitempty"`
	Given     identityVerifiedUser `json:"given"`
	Previous  *string              `json:"previous,omitempty"`
	Created   time.Time            `json:"created"`
	Completed *time.Time           `json:"completed,omitempty"`
	Status    string               `json:"status"`
}

var (
	identityVerifications      = world.NewTable[identityVerification]("plaid.identity_verification", 1) // by id
	identityVerificationsOfUse = identityVerifications.Index(func(v identityVerification) string {
		return v.Client + "/" + v.Template
	})
)

const (
	statusActive   = "active"
	statusCanceled = "canceled"
)

// identityVerifiedUser is what is known of the user beforehand; its parts are kept as they
// were given.
type identityVerifiedUser struct {
	Address     json.RawMessage `json:"address"`
	DateOfBirth *string         `json:"date_of_birth"`
	Email       *string         `json:"email_address"`
	IDNumber    json.RawMessage `json:"id_number"`
	IPAddress   *string         `json:"ip_address"`
	Name        json.RawMessage `json:"name"`
	Phone       *string         `json:"phone_number"`
}

// with takes over what another one knows.
func (u identityVerifiedUser) with(more identityVerifiedUser) identityVerifiedUser {
	for _, part := range []struct{ mine, theirs *json.RawMessage }{
		{&u.Address, &more.Address}, {&u.IDNumber, &more.IDNumber}, {&u.Name, &more.Name},
	} {
		if given := tidy(*part.theirs); given != nil {
			*part.mine = given
		}
	}
	for _, part := range []struct{ mine, theirs **string }{
		{&u.DateOfBirth, &more.DateOfBirth}, {&u.Email, &more.Email}, {&u.Phone, &more.Phone},
	} {
		if *part.theirs != nil {
			*part.mine = *part.theirs
		}
	}
	return u
}

// verificationSteps are the steps in their order. The first that is not done is active.
type verificationSteps struct {
	AcceptTOS               string `json:"accept_tos"`
	DocumentaryVerification string `json:"documentary_verification"`
	KYCCheck                string `json:"kyc_check"`
	RiskCheck               string `json:"risk_check"`
	SelfieCheck             string `json:"selfie_check"`
	VerifySMS               string `json:"verify_sms"`
	WatchlistScreening      string `json:"watchlist_screening"`
}

// steps tells where the attempt stands (assumed: a template with all steps).
func (v identityVerification) steps() verificationSteps {
	const waiting = "waiting_for_prerequisite"
	out := verificationSteps{
		AcceptTOS: statusActive, DocumentaryVerification: waiting, KYCCheck: waiting, RiskCheck: waiting,
		SelfieCheck: waiting, VerifySMS: waiting, WatchlistScreening: waiting,
	}
	if v.Consent {
		out.AcceptTOS, out.VerifySMS = "success", statusActive
	}
	if v.Status == statusCanceled {
		for _, step := range []*string{
			&out.AcceptTOS, &out.DocumentaryVerification, &out.KYCCheck, &out.RiskCheck, &out.SelfieCheck, &out.VerifySMS,
			&out.WatchlistScreening,
		} {
			if *step != "success" {
				*step = statusCanceled
			}
		}
	}
	return out
}

type verificationTemplate struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// identityVerificationBody is an attempt in an answer. The results of its steps are null
// until they have some.
type identityVerificationBody struct {
	BeaconUserID            *string              `json:"beacon_user_id"`
	ClientUserID            string               `json:"client_user_id"`
	CompletedAt             *string              `json:"completed_at"`
	CreatedAt               string               `json:"created_at"`
	DocumentaryVerification *struct{}            `json:"documentary_verification"`
	ID                      string               `json:"id"`
	KYCCheck                *struct{}            `json:"kyc_check"`
	PreviousAttemptID       *string              `json:"previous_attempt_id"`
	RedactedAt              *string              `json:"redacted_at"`
	RequestID               string               `json:"request_id,omitempty"`
	RiskCheck               *struct{}            `json:"risk_check"`
	SelfieCheck             *struct{}            `json:"selfie_check"`
	ShareableURL            *string              `json:"shareable_url"`
	Status                  string               `json:"status"`
	Steps                   verificationSteps    `json:"steps"`
	Template                verificationTemplate `json:"template"`
	User                    identityVerifiedUser `json:"user"`
	UserID                  *string              `json:"user_id"`
	VerifySMS               *struct{}            `json:"verify_sms"`
	WatchlistScreeningID    *string              `json:"watchlist_screening_id"`
}

func (v identityVerification) body(c *api.Call) identityVerificationBody {
	out := identityVerificationBody{
		ClientUserID: v.User, CreatedAt: v.Created.Format(time.RFC3339), ID: v.ID, PreviousAttemptID: v.Previous,
		Status: v.Status, Steps: v.steps(), Template: verificationTemplate{ID: v.Template, Version: 1}, User: v.Given,
	}
	if v.Completed != nil {
		out.CompletedAt = orNull(v.Completed.Format(time.RFC3339))
	}
	if v.Shareable {
		key := c.World.Derive("shareable", v.ID).Hex(64)
		out.ShareableURL = orNull("https://flow.plaid.com/verify/" + v.ID + "?key=" + key)
	}
	return out
}

// monitorIDLength is the length of what follows the prefix in ids of Identity Verification
// and Monitor (OpenAPI file).
const monitorIDLength = 14

// monitorID makes an id as idv_52xR9LKo77r1Np.
func monitorID(w *world.World, prefix string) string {
	return prefix + "_" + w.Draw(prefix).Text(idAlphabet, monitorIDLength)
}

// attempts are a user's attempts with a template, the newest first. "" is any user.
func attempts(c *api.Call, template, user string) []identityVerification {
	var out []identityVerification
	for _, id := range identityVerificationsOfUse.Keys(c.World, c.Client.ID+"/"+template) {
		if v, _ := identityVerifications.Get(c.World, id); fits(user, v.User) {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b identityVerification) int { return int(b.N) - int(a.N) })
	return out
}

type identityVerificationCreateRequest struct {
	ClientUserID string                `json:"client_user_id"`
	TemplateID   string                `json:"template_id"`
	IsShareable  bool                  `json:"is_shareable"`
	GaveConsent  bool                  `json:"gave_consent"`
	IsIdempotent *bool                 `json:"is_idempotent"`
	UserID       string                `json:"user_id"`
	User         *identityVerifiedUser `json:"user"`
}

// identityVerificationCreate makes an attempt for a user and a template. If there is one it
// is returned to a call that is idempotent, else refused (OpenAPI file: with status 400; the
// row is assumed). Errors: INVALID_FIELD without a user, and for a second attempt.
func identityVerificationCreate(
	c *api.Call, req identityVerificationCreateRequest,
) (identityVerificationBody, error) {
	user := req.ClientUserID
	if user == "" {
		user = req.UserID
	}
	if user == "" {
		return identityVerificationBody{}, errInvalidField.Text("one of client_user_id and user_id must be provided")
	}
	v := identityVerification{
		Client: c.Client.ID, User: user, Template: req.TemplateID, Consent: req.GaveConsent, Shareable: req.IsShareable,
	}
	if req.User != nil {
		v.Given = v.Given.with(*req.User)
	}
	if earlier := attempts(c, req.TemplateID, user); len(earlier) > 0 {
		if req.IsIdempotent == nil || !*req.IsIdempotent {
			return identityVerificationBody{}, errInvalidField.Text(
				"an identity verification already exists for this client_user_id and template_id")
		}
		v = earlier[0]
	} else {
		v = v.open(c)
	}
	out := v.body(c)
	out.RequestID = c.RequestID
	return out, nil
}

// open stores an attempt that begins now.
func (v identityVerification) open(c *api.Call) identityVerification {
	v.ID, v.N = monitorID(c.World, "idv"), c.World.Count("plaid.identity_verification")
	v.Created, v.Status = c.Now, statusActive
	identityVerifications.Put(c.World, v.ID, v)
	return v
}
