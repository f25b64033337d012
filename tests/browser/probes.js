// What an eye would find wrong with the page at the width that the window has now, in lists by the kind of fault. All
// in one call: each call from the test passes through four processes.
//
// Most of what axe computes are contrasts, and on a phone nearly all else is as it was at the desk. So what was judged
// before is not judged again, on whatever page it stands: `judged` are the signatures of elements whose contrast was
// measured, and of those that a phone shows otherwise than a desk; `signatures` in the answer are new ones.
async ({tags, words, phone, judged}) => {
  const known = new Set(judged), signatures = new Set()
  const shown = all => [...all].filter(each => each.checkVisibility())

  function hash(text) {
    let sum = 0
    for (let at = 0; at < text.length; at++) sum = Math.imul(sum, 31) + text.charCodeAt(at) | 0
    return sum
  }

  // What each element is and looks like, with all in which it stands: {element: [signature, whether and how it shows]}.
  function seen() {
    const found = new Map()
    for (const each of document.querySelectorAll("body, body *")) {
      const style = getComputedStyle(each), shows = `${style.display} ${each.checkVisibility()}`
      const off = each.disabled || each.control?.disabled || each.ariaDisabled
      const looks = [
        each.localName, each.getAttribute("class"), shows, off, style.color, style.backgroundColor,
        style.backgroundImage, style.opacity, style.fontSize, style.fontWeight, style.textShadow, style.position,
      ]
      found.set(each, [hash(`${found.get(each.parentElement)?.[0]} ${looks}`), shows])
    }
    return found
  }

  // Those that are new, marked, so that their contrast is measured.
  function mark(now) {
    for (const [each, [sign]] of now) if (!known.has(sign)) { signatures.add(sign); each.dataset.unmeasured = "" }
  }

  // Whether a phone shows or hides something of which it is not known yet that it does.
  function otherwise(desk, now) {
    const signs = [...now].filter(([each, [, shows]]) => desk.get(each)?.[1] !== shows)
      .map(([each, [sign]]) => hash(`on a phone ${sign} ${desk.get(each)?.[1]}`))
    signs.forEach(sign => signatures.add(sign))
    return signs.some(sign => !known.has(sign))
  }

  async function violations() {
    axe.configure({rules: [{id: "color-contrast", selector: "[data-unmeasured]"}]})
    const now = seen()
    mark(now)
    const all = !phone || otherwise(window.atTheDesk, now)
    window.atTheDesk = now
    // Style sheets are read by no rule of these tags, and would be fetched and parsed again for every page.
    const options = {resultTypes: ["violations"], preload: {assets: ["media"]}, runOnly: all
      ? {type: "tag", values: tags} : {type: "rule", values: BY_PLACE}}
    const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ")
    const found = await axe.run(document, options)
    document.querySelectorAll("[data-unmeasured]").forEach(each => delete each.dataset.unmeasured)
    return found.violations.flatMap(rule =>
      rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 150)} (${why(node)})`))
  }
  // Rules about where things stand, how large they are and of what colour; all others ask what is there.
  const BY_PLACE = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]

  // Tables wider than their frame, also those that are behind a line to open.
  function wide() {
    const shut = [...document.querySelectorAll("details:not([open])")]
    shut.forEach(each => { each.open = true })
    const found = [...document.querySelectorAll(".app-scroll")].filter(each => each.scrollWidth > each.clientWidth + 1)
    shut.forEach(each => { each.open = false })
    return found.map(each => each.getAttribute("aria-label"))
  }

  // Words that stand in two lines, and signs of repetition that begin one.
  function parted() {
    const found = [], range = document.createRange(), sought = new RegExp(words, "g")
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT)
    const lines = (node, from, to) => {
      range.setStart(node, from); range.setEnd(node, to)
      return [...range.getClientRects()].filter(box => box.width > 0)
    }
    while (texts.nextNode()) {
      const node = texts.currentNode
      if (!node.parentElement.checkVisibility() || node.parentElement.closest("option, textarea, svg")) continue
      for (const match of node.data.matchAll(sought)) {
        const boxes = lines(node, match.index, match.index + match[0].length)
        if (boxes.some(box => box.top >= boxes[0].bottom - 2)) found.push(match[0])
      }
    }
    return found
  }

  // What stands nearer to an edge than a finger is wide, and buttons of one line that stand higher than others.
  function uneven() {
    const found = shown(document.querySelectorAll(".govuk-width-container"))
      .filter(each => each.getBoundingClientRect().left < 15).map(each => `at the edge: ${each.className}`)
    for (const group of document.querySelectorAll(".govuk-button-group")) {
      const boxes = shown(group.querySelectorAll(".govuk-button")).map(each => each.getBoundingClientRect())
      for (const one of boxes) for (const other of boxes)
        if (one.top < other.top - 3 && one.bottom > other.top + 3)
          found.push(`buttons out of line: ${group.innerText}`)
    }
    return found
  }

  await document.fonts.ready // letters that stand in for ours may be wider
  return {
    violations: await violations(), wide: phone ? wide() : [], parted: parted(), uneven: uneven(),
    signatures: [...signatures].filter(sign => !known.has(sign)),
  }
}
