package sentinel

import "tweed/emulator/internal/world"

// Settings are what a scenario decides about the Apex side of a world.
type Settings struct {
	// Credentials pin the logins that are accepted; without any, every login of the right form is.
	Credentials []Credentials `json:"credentials,omitempty"`
	// Assume sets assumptions by name; CheckAssume tells which there are.
	Assume map[string]string `json:"assume,omitempty"`
}

// Credentials are one API user of one correspondent, as the credential file has them that Apex hands to integrators
// (copies of Apex's own Python samples).
type Credentials struct {
	// Username is without a world's name; "" = any.
	Username string `json:"username"`
	// Entity is correspondent.<CODE>, compared without case; "" = any.
	Entity string `json:"entity"`
	// SharedSecret is used as it is; it looks like base64url, but is not decoded. "" = any.
	SharedSecret string `json:"sharedSecret"`
}

var settings = world.NewTable[Settings]("sentinel.settings", 1)

const settingsKey = "settings"

// Set stores the settings of a world. It is part of a world's set-up.
func Set(w *world.World, s Settings) { settings.Put(w, settingsKey, s) }

func settingsOf(w *world.World) Settings {
	s, _ := settings.Get(w, settingsKey)
	return s
}
