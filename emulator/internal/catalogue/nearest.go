package catalogue

import "strings"

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
	if near := closest(want, candidates, min(1, len(want)/3)); near != "" {
		return near
	}
	if near := containing(want, candidates); near != "" {
		return near
	}
	return closest(want, candidates, len(want)/3)
}

// nearestKey prefers the right type for a right code.
func nearestKey(want, typ, code string) string {
	found := index[Plaid][code]
	if len(found) == 0 {
		return closest(want, keys(), len(want)/3)
	}
	best, least := "", 1<<30
	for _, r := range found {
		if d := distance(typ, r.Type, least); d < least {
			best, least = r.Key(), d
		}
	}
	return best
}

// closest gives the candidate of least distance, the first one on a tie; "" when all differ in more than most letters.
func closest(want string, candidates []string, most int) string {
	best, least := "", most+1
	for _, c := range candidates {
		if d := distance(want, strings.ToUpper(c), least); d < least {
			best, least = c, d
		}
	}
	return best
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

// distance is the number of letters to insert, delete, replace or swap with the next one; limit when it is that or
// more.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
