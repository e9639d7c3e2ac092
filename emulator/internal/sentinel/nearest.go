package sentinel

import "strings"

// nearestOf is a help for who wrote a word that is none of words: the nearest one, or all of them if none is near.
func nearestOf(word string, words []string) string {
	best, least := "", len(word)/2+1
	for _, candidate := range words {
		if d := distance(strings.ToLower(word), strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	if best == "" {
		return "there are " + strings.Join(words, ", ")
	}
	return "did you mean " + best + "?"
}

// distance counts the bytes to insert, to delete or to replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
