// Package spell finds the right word that someone who wrote a wrong one probably meant.
package spell

import "strings"

// maxWord bounds the work for a word that a user sends.
const maxWord = 200

// Nearest returns the word nearest to a wrong one: at most a third of the letters differ,
// and one letter always may. It returns "" when none is near.
func Nearest(word string, words []string) string {
	return Closest(word, words, max(1, len([]rune(word))/3))
}

// Closest returns the word that differs least, in at most so many letters, "" when all
// differ in more. Upper and lower case count as equal; of equally near words the first
// wins.
func Closest(word string, words []string, most int) string {
	folded := []rune(strings.ToLower(word))
	best, least := "", most+1
	if len(folded) > maxWord {
		return ""
	}
	for _, candidate := range words {
		other := []rune(strings.ToLower(candidate))
		if max(len(other)-len(folded), len(folded)-len(other)) >= least {
			continue
		}
		if d := distance(folded, other); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the letters to add, to remove, to change or to swap with their
// neighbour (optimal string alignment).
func distance(a, b []rune) int {
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
	return last[len(b)]
}
