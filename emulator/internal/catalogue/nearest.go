package catalogue

import (
	"strings"

	"tweed/emulator/internal/spell"
)

// Nearest gives the right word nearest to a wrong one, over Plaid's codes and keys: one that differs in at most one
// letter (case aside), else the shortest one with the wanted words in it, else one that differs in at most a third of
// the letters. "" = nothing is near.
func Nearest(name string) string {
	want := strings.ToUpper(strings.Trim(name, " \t\"'"))
	want = strings.NewReplacer("-", "_", " ", "_", ".", "/").Replace(want)
	if want == "" {
		return ""
	}
	if typ, code, ok := strings.Cut(want, "/"); ok {
		return nearestKey(want, typ, code)
	}
	candidates := codes()
	if near := spell.Closest(want, candidates, min(1, len(want)/3)); near != "" {
		return near
	}
	if near := containing(want, candidates); near != "" {
		return near
	}
	return spell.Closest(want, candidates, len(want)/3)
}

// maxType is longer than any type: whatever was written, the nearest type is taken.
const maxType = 64

// nearestKey prefers the right type for a right code.
func nearestKey(want, typ, code string) string {
	found := index[Plaid][code]
	if len(found) == 0 {
		return spell.Closest(want, keys(), len(want)/3)
	}
	types := make([]string, len(found))
	for i, r := range found {
		types[i] = r.Type
	}
	return spell.Closest(typ, types, len(typ)+maxType) + "/" + code
}

// containing gives the shortest candidate that has the wanted words in it.
func containing(want string, candidates []string) string {
	best := ""
	for _, c := range candidates {
		if len(want) >= 4 && strings.Contains(c, want) && (best == "" || len(c) < len(best)) {
			best = c
		}
	}
	return best
}

func codes() []string {
	out := []string{rateLimitType}
	for i := range rows {
		if rows[i].Family == Plaid {
			out = append(out, rows[i].Code)
		}
	}
	return out
}

func keys() []string {
	var out []string
	for i := range rows {
		if rows[i].Family == Plaid {
			out = append(out, rows[i].Key())
		}
	}
	return out
}
