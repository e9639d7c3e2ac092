package plaid

import "tweed/emulator/internal/world"

// Settings are what a scenario decides about the Plaid side of a world.
type Settings struct {
	// Environment is the middle part of every token, "sandbox" if empty.
	Environment string `json:"environment,omitempty"`
	// Version is what a client without the header Plaid-Version speaks.
	Version string `json:"version,omitempty"`
	// Credentials pin the pairs that are accepted; without any, every pair is.
	Credentials []Credentials `json:"credentials,omitempty"`
	// Strict checks the forms of client_id (24 hex digits) and secret (30).
	Strict bool `json:"strict,omitempty"`
}

// Credentials are one client's API keys, without a world's name.
type Credentials struct {
	ClientID  string `json:"client_id"`
	Secret    string `json:"secret"`
	PublicKey string `json:"public_key,omitempty"` // of versions before 2020-09-14
}

var settings = world.NewTable[Settings]("plaid.settings", 1)

// Set stores the settings of a world. It is part of a world's set-up.
func Set(w *world.World, s Settings) { settings.Put(w, "settings", s) }

// EnvironmentOf returns the environment of a world's tokens.
func EnvironmentOf(w *world.World) string { return settingsOf(w).Environment }

func settingsOf(w *world.World) Settings {
	s, _ := settings.Get(w, "settings")
	if s.Environment == "" {
		s.Environment = sandbox
	}
	return s
}
