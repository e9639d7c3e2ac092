package scenario

import "strings"

// nearest returns the word that someone who wrote the given one probably meant, "" when
// none is near. Upper and lower case count as equal; of equally near words the first wins.
func nearest(word string, words []string) string {
	folded := []rune(strings.ToLower(word))
	best, bestDistance := "", 1+max(1, len(folded)/3)
	if len(folded) > 200 {
		return ""
	}
	for _, candidate := range words {
		other := []rune(strings.ToLower(candidate))
		if abs(len(other)-len(folded)) >= bestDistance {
			continue
		}
		if d := distance(folded, other); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
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
