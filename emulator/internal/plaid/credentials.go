package plaid

import (
	"regexp"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/contract"
)

// client finds client_id and secret: in the body, or in the headers that the official
// SDKs since 2020 send.
func client(req *api.Request, body api.Body) api.Client {
	id, inBody := body.Fields["client_id"].(string)
	if !inBody {
		id = req.Header.Get("Plaid-Client-Id")
	}
	secret, inBody := body.Fields["secret"].(string)
	if !inBody {
		secret = req.Header.Get("Plaid-Secret")
	}
	if id == "" {
		if key, ok := body.Fields["public_key"].(string); ok { // of older versions; it leads into a world as well
			_, world := api.SplitClient(key)
			return api.Client{World: world, Found: key != ""}
		}
	}
	name, world := api.SplitClient(id)
	return api.Client{ID: name, Secret: secret, World: world, Found: id != ""}
}

// checkClient looks at the presence and form of the credentials.
func checkClient(c *api.Call) error {
	if anonymous[c.Op.Path] {
		return nil
	}
	var missing []string
	for _, f := range []struct{ field, header string }{{"client_id", "Plaid-Client-Id"}, {"secret", "Plaid-Secret"}} {
		if _, sent := c.Body.Fields[f.field]; !sent && c.Header(f.header) == "" {
			missing = append(missing, f.field)
		}
	}
	if len(missing) > 0 {
		if _, sent := c.Body.Fields["public_key"]; sent {
			return checkPublicKey(c, missing)
		}
		return errMissingFields.New("fields", strings.Join(missing, ", "))
	}
	strict := settingsOf(c.World).Strict
	if c.Client.ID == "" || strict && !clientForm.MatchString(c.Client.ID) {
		return errInvalidField.Text("client_id must be a properly formatted, non-empty string") // observed
	}
	if c.Client.Secret == "" || strict && !secretForm.MatchString(c.Client.Secret) {
		return errInvalidField.Text("secret must be a properly formatted, non-empty string") // assumed
	}
	return nil
}

// checkPublicKey looks at a public_key in the place of the credentials: older versions took
// it for calls of a browser. Errors, in order of checking: MISSING_FIELDS where no version
// took it, INCOMPATIBLE_API_VERSION, INVALID_FIELD (observed).
func checkPublicKey(c *api.Call, missing []string) error {
	op, _ := contract.Find(c.Op.Method, c.Op.Path)
	key, _ := c.Body.Fields["public_key"].(string)
	switch {
	case op == nil || !op.Field("public_key"):
		return errMissingFields.New("fields", strings.Join(missing, ", "))
	case !op.FieldIn(c.Version, "public_key"):
		return errIncompatible.New("version", c.Version)
	case key == "":
		return errInvalidField.Text("public_key must be a properly formatted, non-empty string")
	}
	c.Keep(byPublicKey, key)
	return nil
}

// byPublicKey is the name under which checkPublicKey leaves a key that stands in the place
// of the credentials.
const byPublicKey = "public_key"

// anonymous operations take no credentials (plaid.com/docs/api: categories are public).
var anonymous = map[string]bool{"/categories/get": true}

// The forms are observed: client_id has 24 hex digits, secret 30.
var (
	clientForm = regexp.MustCompile(`^[0-9a-f]{24}$`)
	secretForm = regexp.MustCompile(`^[0-9a-f]{30}$`)
)

// checkKeys compares the credentials with those that the scenario pins, if it does.
func checkKeys(c *api.Call) error {
	pinned := settingsOf(c.World).Credentials
	if len(pinned) == 0 || anonymous[c.Op.Path] {
		return nil
	}
	public, isPublic := c.Kept(byPublicKey)
	for _, keys := range pinned {
		switch {
		case isPublic:
			if key, _ := api.SplitClient(public.(string)); fits(keys.PublicKey, key) {
				return nil
			}
		case fits(keys.ClientID, c.Client.ID) && fits(keys.Secret, c.Client.Secret):
			return nil
		}
	}
	return errAPIKeys.New()
}

var errSandboxOnly = catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/SANDBOX_ONLY")

// checkEnvironment refuses the Sandbox's own calls elsewhere. That the keys are looked at
// before is assumed.
func checkEnvironment(c *api.Call) error {
	if strings.HasPrefix(c.Op.Path, "/sandbox/") && EnvironmentOf(c.World) != sandbox {
		return errSandboxOnly.New("route", c.Op.Path)
	}
	return nil
}

// fits compares with a pinned key; an empty one fits all.
func fits(pinned, given string) bool { return pinned == "" || pinned == given }
