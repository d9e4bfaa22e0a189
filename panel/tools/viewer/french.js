// SPDX-License-Identifier: Apache-2.0
/* global document, MutationObserver, Node, NodeFilter */
// Swagger UI speaks English only: on the French page its own words are put into French as they
// appear. Those of the description stay as they are: they stand in elements of their own.
(() => {
  if (document.documentElement.lang !== "fr") return;
  const french = new Map([
    ["Servers", "Serveurs"],
    ["Authorize", "S’identifier"],
    ["Available authorizations", "Identifications possibles"],
    ["Value:", "Valeur\u00a0:"],
    ["Name:", "Nom\u00a0:"],
    ["In:", "Dans\u00a0:"],
    ["Close", "Fermer"],
    ["Logout", "Oublier"],
    ["Authorized", "Identifié"],
    ["Parameters", "Paramètres"],
    ["No parameters", "Aucun paramètre"],
    ["Name", "Nom"],
    ["Try it out", "Essayer"],
    ["Cancel", "Annuler"],
    ["Reset", "Rétablir"],
    ["Execute", "Exécuter"],
    ["Clear", "Effacer"],
    ["Request body", "Corps de la requête"],
    ["Edit Value", "Valeur"],
    ["Example Value", "Exemple"],
    ["Schema", "Schéma"],
    ["Schemas", "Schémas"],
    ["Responses", "Réponses"],
    ["Links", "Liens"],
    ["No links", "Aucun lien"],
    ["Media type", "Type de média"],
    ["Controls", "Fixe l’en-tête"],
    ["header.", "."],
    ["Server response", "Réponse du serveur"],
    ["Details", "Détails"],
    ["Request URL", "URL de la requête"],
    ["Response body", "Corps de la réponse"],
    ["Response headers", "En-têtes de la réponse"],
    ["Request duration", "Durée de la requête"],
    ["Download", "Télécharger"],
    ["Undocumented", "Non décrit"],
    ["Send empty value", "Envoyer une valeur vide"],
    ["Filter by tag or path", "Filtrer par groupe ou par chemin"],
    ["Expand operation", "Déplier l’opération"],
    ["Collapse operation", "Replier l’opération"],
    ["Copy path to clipboard", "Copier le chemin"],
    ["Copy to clipboard", "Copier"],
    ["Copied!", "Copié\u00a0!"],
    ["authorization button unlocked", "s’identifier"],
    ["authorization button locked", "identifié"],
    ["Request content type", "Type du corps de la requête"],
    ["Media Type", "Type de média"],
    ["Apply credentials", "Appliquer l’identification"],
    ["Remove authorization", "Oublier l’identification"],
  ]);

  const isOfDescription = (node) =>
    node.parentElement?.closest(
      ".markdown, .renderedMarkdown, pre, code, option, textarea, .opblock-summary-path",
    );

  function say(node) {
    const words = node.nodeValue.trim();
    const said = french.get(words);
    if (said && !isOfDescription(node)) node.nodeValue = node.nodeValue.replace(words, () => said);
  }

  function sayAttributes(element) {
    for (const name of ["placeholder", "aria-label", "title"]) {
      const said = french.get(element.getAttribute(name)?.trim());
      if (said) element.setAttribute(name, said);
    }
  }

  function sayAll(root) {
    if (root.nodeType === Node.TEXT_NODE) return say(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    sayAttributes(root);
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    while (walk.nextNode())
      if (walk.currentNode.nodeType === Node.TEXT_NODE) say(walk.currentNode);
      else sayAttributes(walk.currentNode);
  }

  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes)
      if (type === "childList") addedNodes.forEach(sayAll);
      else if (type === "characterData") say(target);
      else sayAttributes(target);
  }).observe(document.getElementById("viewer"), {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["placeholder", "aria-label", "title"],
  });
})();
