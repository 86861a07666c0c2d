package datasets

// Each figure draws its place, size and phase from the painter's stream and says which pixels it covers.

func horizontalStripes(p *painter) func(x, y int) bool {
	period, phase := p.between(6, 10), p.draw(60)
	return func(_, y int) bool { return 2*((y+phase)%period) < period }
}

func verticalStripes(p *painter) func(x, y int) bool {
	period, phase := p.between(6, 10), p.draw(60)
	return func(x, _ int) bool { return 2*((x+phase)%period) < period }
}

// diagonalStripes run either way, so that the class survives a flip.
func diagonalStripes(p *painter) func(x, y int) bool {
	period, phase, way := p.between(8, 14), p.draw(60), 2*p.draw(2)-1
	return func(x, y int) bool { return 2*((x+way*y+syntheticSide+phase)%period) < period }
}

func checkerboard(p *painter) func(x, y int) bool {
	side, phaseX, phaseY := p.between(3, 6), p.draw(60), p.draw(60)
	return func(x, y int) bool { return ((x+phaseX)/side+(y+phaseY)/side)%2 == 0 }
}

// dots are discs on a square grid.
func dots(p *painter) func(x, y int) bool {
	step, phaseX, phaseY := p.between(7, 10), p.draw(60), p.draw(60)
	return func(x, y int) bool {
		dx, dy := 2*((x+phaseX)%step)-step, 2*((y+phaseY)%step)-step
		return 9*(dx*dx+dy*dy) < 4*step*step
	}
}

// place draws a size, half the extent of a shape, and a centre that keeps the shape inside the image.
func (p *painter) place() (size, cx, cy int) {
	size = p.between(6, 11)
	return size, p.between(size, syntheticSide-1-size), p.between(size, syntheticSide-1-size)
}

func disc(p *painter) func(x, y int) bool {
	size, cx, cy := p.place()
	return func(x, y int) bool { return (x-cx)*(x-cx)+(y-cy)*(y-cy) <= size*size }
}

func ring(p *painter) func(x, y int) bool {
	size, cx, cy := p.place()
	hole := size * p.between(50, 65) / 100
	return func(x, y int) bool {
		d := (x-cx)*(x-cx) + (y-cy)*(y-cy)
		return d <= size*size && d > hole*hole
	}
}

func square(p *painter) func(x, y int) bool {
	size, cx, cy := p.place()
	size = size * 9 / 10
	return func(x, y int) bool { return abs(x-cx) <= size && abs(y-cy) <= size }
}

// triangle stands on a level base, on its tip or on its base.
func triangle(p *painter) func(x, y int) bool {
	size, cx, cy := p.place()
	up := 2*p.draw(2) - 1
	return func(x, y int) bool {
		depth := up*(y-cy) + size
		return depth >= 0 && depth <= 2*size && 2*abs(x-cx) <= depth
	}
}

func cross(p *painter) func(x, y int) bool {
	size, cx, cy := p.place()
	arm := max(size/3, 2)
	return func(x, y int) bool {
		dx, dy := abs(x-cx), abs(y-cy)
		return dx <= size && dy <= size && (dx <= arm || dy <= arm)
	}
}

func abs(v int) int { return max(v, -v) }
